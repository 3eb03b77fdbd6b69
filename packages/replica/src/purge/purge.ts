import { type ChangeId, purgeEntry } from "@concordat/crdt";
import { CommitBuilder } from "../database/commit-builder.js";
import type { Database } from "../database/database.js";
import { after, purgeRowsThrough, uuidOfPurgeKey } from "../database/key-space.js";
import { forgetHistoryOperations } from "../database/own-history.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { WriteBatch } from "../database/write-batch.js";
import type { Random } from "../ports/random.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Turn } from "../turn.js";

export interface PurgeContext {
  readonly turn: Turn;
  readonly random: Random;
  /** The database of this moment: a refresh replaces it. */
  readonly database: () => Database;
}

/** What may go. */
export interface PurgeScope {
  /** No mark later than this, in microseconds. */
  readonly throughMicros: number;
  /** Never a mark that the vector does not claim (model, section 5). */
  readonly isDue: (change: ChangeId) => boolean;
}

/**
 * Purges `database` of the deletions and removal marks in `scope`, a page to a commit, each with the rise of `purged` that it
 * means; others have their turn between the pages. Work grows with what is old enough, not with the database. Ends
 * early when the database is replaced, or `signal` aborts: what was done stays.
 *
 * @returns how many entries were taken out or rewritten.
 */
export const purge = async (
  context: PurgeContext,
  database: Database,
  scope: PurgeScope,
  signal?: AbortSignal,
): Promise<number> => {
  let purged = 0;
  let reached: Uint8Array | undefined;
  do {
    const page = await context.turn.run(() => purgePage(context, database, scope, reached));
    purged += page.purged;
    reached = page.reached;
  } while (reached !== undefined && !signal?.aborted);
  return purged;
};

/** Forgets the names of this replica's own commits before `ts`, a page to a commit. */
export const forgetHistory = async (
  { database: current, random, turn }: PurgeContext,
  ts: number,
  signal: AbortSignal,
): Promise<void> => {
  let forgotten = true;
  while (forgotten && !signal.aborted) {
    forgotten = await turn.run(async () => {
      const builder = new CommitBuilder(current());
      const operations = await forgetHistoryOperations(current(), ts, REPLICA_LIMITS.pageRowsMax);
      builder.addOperations(operations);
      await builder.commit(random.bytes(COMMIT_NAME_BYTES));
      return operations.length > 0;
    });
  }
};

interface PurgedPage {
  readonly purged: number;
  /** The row that the next page begins after; `undefined` after the last. */
  readonly reached: Uint8Array | undefined;
}

const purgePage = async (
  { database: current, random }: PurgeContext,
  database: Database,
  { throughMicros, isDue }: PurgeScope,
  reached: Uint8Array | undefined,
): Promise<PurgedPage> => {
  if (current() !== database) return { purged: 0, reached: undefined };
  const { keys, more } = await purgeRows(database, throughMicros, reached);
  const uuids = keys.map(uuidOfPurgeKey);
  const batch = new WriteBatch(database);
  await batch.load(uuids);
  for (const uuid of uuids) {
    const entry = batch.current(uuid);
    const left = entry && purgeEntry(entry, isDue);
    if (left === undefined) continue;
    if (left.entry) batch.rewrite(left.entry);
    else batch.remove(uuid);
    for (const [server, ts] of left.purged) batch.builder.raisePurged(server, ts);
  }
  const purged = await batch.commit(random.bytes(COMMIT_NAME_BYTES));
  return { purged, reached: more ? keys.at(-1) : undefined };
};

const purgeRows = async (database: Database, throughMicros: number, reached: Uint8Array | undefined) => {
  const snapshot = await database.store.snapshot();
  try {
    const range = after(purgeRowsThrough(throughMicros), reached);
    const { rows, more } = await snapshot.scan(range, {
      rowsMax: REPLICA_LIMITS.purgedEntriesMax,
      bytesMax: REPLICA_LIMITS.pageBytesMax,
    });
    return { keys: rows.map(({ key }) => key), more };
  } finally {
    await snapshot.close();
  }
};
