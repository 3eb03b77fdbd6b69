import type { Lineage, ServerUuid } from "@concordat/crdt";
import type { KeyRange, Operation, Snapshot } from "@concordat/storage";
import {
  ALL_AGREED,
  ALL_WITHDRAWN,
  agreedKey,
  historyKey,
  NUMBER_BYTES,
  readNumber,
  serverOfKey,
  tsOfHistoryKey,
  withdrawnKey,
  writeNumber,
} from "./key-space.js";
import { pagesOf } from "./snapshot-reads.js";

const HASH_BYTES = 8;

/** One commit of this server's own. */
export interface OwnCommit {
  readonly lineage: Lineage;
  /** What came later lies behind this feed number. */
  readonly sequence: number;
}

/** The row that keeps one more commit of a server, whose changes lie before or at the feed number `sequence`. */
export const historyOperation = (serverIndex: number, { at, hash }: Lineage, sequence: number): Operation => {
  const value = new Uint8Array(HASH_BYTES + NUMBER_BYTES);
  new DataView(value.buffer).setBigUint64(0, hash);
  writeNumber(sequence, value, HASH_BYTES);
  return { key: historyKey(serverIndex, at), value };
};

/** What such a row says. */
export const ownCommitOf = (key: Uint8Array, value: Uint8Array): OwnCommit => ({
  lineage: { at: tsOfHistoryKey(key), hash: lineageHashOf(value) },
  sequence: readNumber(value, HASH_BYTES),
});

export const lineageHashOf = (value: Uint8Array): bigint =>
  new DataView(value.buffer, value.byteOffset).getBigUint64(0);

export const agreedOperation = (partner: ServerUuid, ts: number): Operation => ({
  key: agreedKey(partner),
  value: timeBytes(ts),
});

export const withdrawnOperation = (server: ServerUuid, after: number): Operation => ({
  key: withdrawnKey(server),
  value: timeBytes(after),
});

export const readAgreed = (snapshot: Snapshot): Promise<Map<ServerUuid, number>> => readTimes(snapshot, ALL_AGREED);

export const readWithdrawn = (snapshot: Snapshot): Promise<Map<ServerUuid, number>> =>
  readTimes(snapshot, ALL_WITHDRAWN);

const readTimes = async (snapshot: Snapshot, range: KeyRange): Promise<Map<ServerUuid, number>> => {
  const times = new Map<ServerUuid, number>();
  for await (const rows of pagesOf(snapshot, range)) {
    for (const { key, value } of rows) times.set(serverOfKey(key), readNumber(value, 0));
  }
  return times;
};

/** A time in microseconds, as these rows keep it. */
export const timeBytes = (ts: number): Uint8Array => {
  const bytes = new Uint8Array(NUMBER_BYTES);
  writeNumber(ts, bytes, 0);
  return bytes;
};
