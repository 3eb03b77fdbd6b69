import { UUID_BYTES, type Uuid, uuidFromBytes, writeUuid } from "@concordat/crdt";
import { REPLICA_LIMITS } from "../replica-limits.js";

/**
 * What the row of one value of an indexed attribute says: the entries that show it, in the order of their uuids, so that one
 * read finds them. Of a value that more show than fit it says only that, and each of them has a row of its own: one more, or
 * less, is then written without writing all others again.
 */
export const indexRow = (uuids: readonly Uuid[]): Uint8Array => {
  if (!fitsRow(uuids.length)) return MANY;
  const row = new Uint8Array(uuids.length * UUID_BYTES);
  for (const [at, uuid] of uuids.entries()) writeUuid(uuid, row, at * UUID_BYTES);
  return row;
};

const MANY = new Uint8Array(0);

export const isMany = (row: Uint8Array): boolean => row.length === 0;

export const fitsRow = (entries: number): boolean => entries <= REPLICA_LIMITS.indexRowEntriesMax;

/** The uuids in a row that is not of many. */
export const uuidsOfIndexRow = (row: Uint8Array): Uuid[] =>
  Array.from({ length: row.length / UUID_BYTES }, (_, at) => uuidFromBytes<Uuid>(row, at * UUID_BYTES));
