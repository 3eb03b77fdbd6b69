import { type EntryState, parseUuid, type ServerUuid, type Uuid, uuidFromBytes } from "@concordat/crdt";
import { AbortScope } from "../abort-scope.js";
import type { CommitSignal } from "../commit-signal.js";
import type { Database } from "../database/database.js";
import { type FeedRow, feedPagesBetween } from "../database/snapshot-reads.js";
import { stateOf } from "../database/stored-state.js";
import type { Entry } from "../entry.js";
import type { Change } from "../replica.js";
import { viewsOf } from "./entry-reader.js";

export interface ChangeFeedContext {
  /** The database of this moment: a refresh replaces it. */
  readonly database: () => Database;
  readonly commits: CommitSignal;
  /** Each ends the feed. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** A place in the feed of one incarnation. */
interface Position {
  readonly server: ServerUuid;
  readonly sequence: number;
}

/**
 * Follows the feed of whatever database is current, from the moment of the call, or from `after`. A page of changes is
 * read when the reader asks for more, so a slow reader costs nothing but its own lag.
 */
export const followChanges = (context: ChangeFeedContext, after: string | undefined): AsyncGenerator<Change> =>
  changesFrom(context, after === undefined ? headOf(context.database()) : positionOf(after));

async function* changesFrom(context: ChangeFeedContext, start: Position | undefined): AsyncGenerator<Change> {
  const scope = new AbortScope(context.signals);
  try {
    let position = start;
    while (!scope.signal.aborted) {
      const database = context.database();
      const head = headOf(database);
      if (position?.server !== head.server || position.sequence > head.sequence) {
        position = head;
        yield { kind: "reset", position: positionText(head) };
      } else if (position.sequence === head.sequence) {
        await context.commits.next(scope.signal);
      } else {
        const page = await readPage(database, position, head);
        for (const change of page.changes) {
          if (scope.signal.aborted) return;
          yield change;
        }
        position = page.reached;
      }
    }
  } finally {
    scope.release();
  }
}

/** The next rows after `position`, with their entries as they were at one moment. */
const readPage = async (
  database: Database,
  position: Position,
  head: Position,
): Promise<{ changes: Change[]; reached: Position }> => {
  const snapshot = await database.store.snapshot();
  try {
    for await (const rows of feedPagesBetween(snapshot, position.sequence, head.sequence)) {
      const states = rows.map(({ entry }) => entry && stateOf(database, entry));
      const entries = await viewsOf(database, snapshot, states);
      const changes = rows
        .map((row, index) => changeOf(database, row, states[index], entries[index]))
        .filter((change) => change !== undefined);
      return { changes, reached: { ...position, sequence: rows.at(-1)?.sequence ?? head.sequence } };
    }
    return { changes: [], reached: head };
  } finally {
    await snapshot.close();
  }
};

const changeOf = (
  database: Database,
  { sequence, uuid }: FeedRow,
  state: EntryState | undefined,
  entry: Entry | undefined,
): Change | undefined => {
  if (state === undefined) return undefined;
  const position = positionText({ server: database.serverUuid, sequence });
  if (entry === undefined) return { kind: "delete", position, uuid: uuidFromBytes<Uuid>(uuid) };
  return { kind: "put", position, uuid: entry.uuid, attributes: entry.attributes, entry };
};

const headOf = ({ serverUuid, state }: Database): Position => ({ server: serverUuid, sequence: state.head.sequence });

const positionText = ({ server, sequence }: Position): string => `${server}.${sequence}`;

/** `undefined` for a text that is not `positionText` of anything. */
const positionOf = (text: string): Position | undefined => {
  const [serverText = "", number = ""] = text.split(".");
  const server = parseUuid<ServerUuid>(serverText);
  const sequence = Number(number);
  const isNumber = Number.isSafeInteger(sequence) && sequence >= 0;
  return server && isNumber && positionText({ server, sequence }) === text ? { server, sequence } : undefined;
};
