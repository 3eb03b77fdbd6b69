import { parseUuid, type ServerUuid, type Uuid, uuidFromBytes } from "@concordat/crdt";
import type { CommitSignal } from "../commit-signal.js";
import type { Database } from "../database/database.js";
import { feedBetween, numberOfKey } from "../database/key-space.js";
import type { Change } from "../replica.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { readStates } from "./entry-reader.js";
import { entryView } from "./entry-view.js";

export interface ChangeFeedContext {
  /** The database of this moment: a refresh replaces it. */
  readonly database: () => Database;
  readonly commits: CommitSignal;
  readonly signal: AbortSignal;
}

/** A place in the feed of one incarnation. */
interface Position {
  readonly server: ServerUuid;
  readonly sequence: number;
}

/**
 * Follows the feed of whatever database is current. A page of changes is read when the reader asks for more, so a
 * slow reader costs nothing but its own lag.
 */
export async function* followChanges(context: ChangeFeedContext, after: string | undefined): AsyncGenerator<Change> {
  const { commits, signal } = context;
  let position = startOf(context.database(), after);
  while (!signal.aborted) {
    const database = context.database();
    const { sequence: head } = database.state.head;
    if (position?.server !== database.serverUuid || position.sequence > head) {
      position = { server: database.serverUuid, sequence: head };
      yield { kind: "reset", position: positionText(position) };
      continue;
    }
    if (position.sequence === head) {
      await commits.next(signal);
      continue;
    }
    const page = await readPage(database, position, head);
    yield* page.changes;
    position = page.reached;
  }
}

const readPage = async (
  database: Database,
  { server, sequence }: Position,
  head: number,
): Promise<{ changes: Change[]; reached: Position }> => {
  const snapshot = await database.store.snapshot();
  try {
    const limits = { rowsMax: REPLICA_LIMITS.pageRowsMax, bytesMax: REPLICA_LIMITS.pageBytesMax };
    const { rows, more } = await snapshot.scan(feedBetween(sequence, head), limits);
    const states = await readStates(
      database,
      rows.map(({ value }) => uuidFromBytes<Uuid>(value)),
    );
    const changes: Change[] = [];
    for (const [index, { key }] of rows.entries()) {
      const state = states[index];
      if (state === undefined) continue;
      const position = positionText({ server, sequence: numberOfKey(key) });
      if (state.kind === "tombstone") changes.push({ kind: "delete", position, uuid: state.uuid });
      else {
        const entry = entryView(state);
        changes.push({ kind: "put", position, uuid: entry.uuid, attributes: entry.attributes, entry });
      }
    }
    const last = rows.at(-1);
    return { changes, reached: { server, sequence: more && last ? numberOfKey(last.key) : head } };
  } finally {
    await snapshot.close();
  }
};

const startOf = (database: Database, after: string | undefined): Position | undefined =>
  after === undefined ? { server: database.serverUuid, sequence: database.state.head.sequence } : positionOf(after);

const positionText = ({ server, sequence }: Position): string => `${server}.${sequence}`;

const positionOf = (text: string): Position | undefined => {
  const [server, number] = text.split(".");
  const parsed = parseUuid<ServerUuid>(server ?? "");
  const sequence = Number(number);
  return parsed && Number.isSafeInteger(sequence) && sequence >= 0 ? { server: parsed, sequence } : undefined;
};
