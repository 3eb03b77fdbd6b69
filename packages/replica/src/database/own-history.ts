import type { Lineage, RuvRow, ServerUuid } from "@concordat/crdt";
import type { Operation, Snapshot } from "@concordat/storage";
import type { Database } from "./database.js";
import {
  ALL_AGREED,
  agreedKey,
  historyBefore,
  historyKey,
  NUMBER_BYTES,
  partnerOfAgreedKey,
  readNumber,
  tsOfHistoryKey,
  writeNumber,
} from "./key-space.js";
import { pagesOf } from "./snapshot-reads.js";

const HASH_BYTES = 8;

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
  return (await ownCommitBefore(database, lineage.at)) ? "elsewhere" : "unknown";
};

const ownHashAt = async (database: Database, ts: number): Promise<bigint | undefined> => {
  const [bytes] = await database.store.getMany([historyKey(ownIndex(database), ts)]);
  return bytes && hashOf(bytes);
};

/** One commit of this server's own. */
export interface OwnCommit {
  readonly lineage: Lineage;
  /** What came later lies behind this feed number. */
  readonly sequence: number;
}

/** The newest commit of this server's own before `ts` that is still known. */
export const ownCommitBefore = async (database: Database, ts: number): Promise<OwnCommit | undefined> => {
  const snapshot = await database.store.snapshot();
  try {
    const range = { ...historyBefore(ownIndex(database), ts), reverse: true };
    const [row] = (await snapshot.scan(range, { rowsMax: 1, bytesMax: 1_024 })).rows;
    return (
      row && {
        lineage: { at: tsOfHistoryKey(row.key), hash: hashOf(row.value) },
        sequence: readNumber(row.value, HASH_BYTES),
      }
    );
  } finally {
    await snapshot.close();
  }
};

/** The row that keeps one more commit of a server, whose changes lie before or at the feed number `sequence`. */
export const historyOperation = (serverIndex: number, { at, hash }: Lineage, sequence: number): Operation => {
  const value = new Uint8Array(HASH_BYTES + NUMBER_BYTES);
  new DataView(value.buffer).setBigUint64(0, hash);
  writeNumber(sequence, value, HASH_BYTES);
  return { key: historyKey(serverIndex, at), value };
};

export const agreedOperation = (partner: ServerUuid, ts: number): Operation => {
  const value = new Uint8Array(NUMBER_BYTES);
  writeNumber(ts, value, 0);
  return { key: agreedKey(partner), value };
};

export const readAgreed = async (snapshot: Snapshot): Promise<Map<ServerUuid, number>> => {
  const agreed = new Map<ServerUuid, number>();
  for await (const rows of pagesOf(snapshot, ALL_AGREED)) {
    for (const { key, value } of rows) agreed.set(partnerOfAgreedKey(key), readNumber(value, 0));
  }
  return agreed;
};

const ownIndex = ({ table, serverUuid }: Database): number => table.indexOf(serverUuid);

const hashOf = (bytes: Uint8Array): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
