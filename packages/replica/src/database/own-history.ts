import type { Ruv, RuvRow, ServerUuid } from "@concordat/crdt";
import type { Operation } from "@concordat/storage";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Database } from "./database.js";
import { lineageHashOf, type OwnCommit, ownCommitOf, timeBytes } from "./history-rows.js";
import { historyBefore, historyKey, historySinceKey, readNumber, tsOfHistoryKey } from "./key-space.js";

/** What this replica's own commits say of a lineage of its server uuid that somebody else has. */
export type HistoryAnswer =
  /** It is one of this replica's own commits. */
  | "here"
  /** It never was: that history is another one. */
  | "elsewhere"
  /** It is older than the commits that are still known. */
  | "unknown";

/** Looks `row`, a partner's for this very server, up among this replica's own commits. Model, section 6. */
export const ownHistoryOf = async (database: Database, { seen, lineage }: RuvRow): Promise<HistoryAnswer> => {
  const mine = database.state.ruv.get(database.serverUuid);
  if (seen > (mine?.seen ?? 0)) return "elsewhere";
  // A row whose writer keeps no lineages says nothing.
  if (lineage.at === 0) return "unknown";
  if (mine && lineage.at === mine.lineage.at) return lineage.hash === mine.lineage.hash ? "here" : "elsewhere";
  const hash = await ownHashAt(database, lineage.at);
  if (hash !== undefined) return hash === lineage.hash ? "here" : "elsewhere";
  return lineage.at >= (await historySince(database)) ? "elsewhere" : "unknown";
};

const historySince = async (database: Database): Promise<number> => {
  const [bytes] = await database.store.getMany([historySinceKey(ownIndex(database))]);
  return bytes ? readNumber(bytes, 0) : 0;
};

/**
 * The founding of the domain, where this server founded it: the only commit of a server's own that comes before everything in its
 * feed. Everybody of the domain has it, so it is never forgotten.
 */
export const foundingOf = async (database: Database): Promise<OwnCommit | undefined> => {
  if (!database.state.ruv.has(database.serverUuid)) return undefined;
  const snapshot = await database.store.snapshot();
  try {
    const range = historyBefore(ownIndex(database), Number.MAX_SAFE_INTEGER);
    const [row] = (await snapshot.scan(range, { rowsMax: 1, bytesMax: 1_024 })).rows;
    const first = row && ownCommitOf(row.key, row.value);
    return first && isFounding(first) ? first : undefined;
  } finally {
    await snapshot.close();
  }
};

const isFounding = ({ sequence }: OwnCommit): boolean => sequence === 0;

/**
 * What forgets this server's own commits before `ts`, at most `rowsMax` of them; nothing when there are none. A partner that is
 * still at one of them cannot be told from one with another history any more.
 */
export const forgetHistoryOperations = async (
  database: Database,
  ts: number,
  rowsMax: number,
): Promise<Operation[]> => {
  if (!database.state.ruv.has(database.serverUuid)) return [];
  const snapshot = await database.store.snapshot();
  try {
    const range = historyBefore(ownIndex(database), ts);
    const { rows } = await snapshot.scan(range, { rowsMax, bytesMax: REPLICA_LIMITS.pageBytesMax });
    const forgotten = rows.filter(({ key, value }) => !isFounding(ownCommitOf(key, value)));
    const last = forgotten.at(-1);
    if (last === undefined) return [];
    const removals = forgotten.map(({ key }) => ({ key, value: undefined }));
    const since = timeBytes(tsOfHistoryKey(last.key) + 1);
    return [...removals, { key: historySinceKey(ownIndex(database)), value: since }];
  } finally {
    await snapshot.close();
  }
};

const ownHashAt = (database: Database, ts: number): Promise<bigint | undefined> =>
  hashAt(database, database.serverUuid, ts);

const hashAt = async ({ store, table }: Database, server: ServerUuid, ts: number): Promise<bigint | undefined> => {
  const [bytes] = await store.getMany([historyKey(table.indexOf(server), ts)]);
  return bytes && lineageHashOf(bytes);
};

/**
 * The rows of `vector` that claim changes which this replica has withdrawn, under a server uuid that it had before, and announced
 * anew: whoever claims them may lack what the other history of that uuid has up to there. Model, section 6.
 */
export const strayClaims = async (database: Database, vector: Ruv): Promise<ReadonlyMap<ServerUuid, RuvRow>> => {
  const stray = new Map<ServerUuid, RuvRow>();
  for (const [server, after] of database.withdrawn) {
    const row = vector.get(server);
    if (row === undefined || row.lineage.at <= after) continue;
    if ((await hashAt(database, server, row.lineage.at)) === row.lineage.hash) stray.set(server, row);
  }
  return stray;
};

/** The newest commit of this server's own before `ts` that is still known. */
export const ownCommitBefore = async (database: Database, ts: number): Promise<OwnCommit | undefined> => {
  const snapshot = await database.store.snapshot();
  try {
    const range = { ...historyBefore(ownIndex(database), ts), reverse: true };
    const [row] = (await snapshot.scan(range, { rowsMax: 1, bytesMax: 1_024 })).rows;
    return row && ownCommitOf(row.key, row.value);
  } finally {
    await snapshot.close();
  }
};

const ownIndex = ({ table, serverUuid }: Database): number => table.indexOf(serverUuid);
