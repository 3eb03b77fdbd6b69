import { type RuvRow, type ServerUuid, UUID_BYTES, uuidFromBytes, writeUuid } from "@concordat/crdt";
import type { Cursor } from "@concordat/protocol";
import type { ByteArena } from "./byte-arena.js";
import { NUMBER_BYTES, readNumber, writeNumber } from "./key-space.js";

/** Bytes of the name of a commit. */
export const COMMIT_NAME_BYTES = 8;
export const RUV_ROW_BYTES = UUID_BYTES + 4 * NUMBER_BYTES;
export const CURSOR_BYTES = NUMBER_BYTES + COMMIT_NAME_BYTES;

/** An entry as it is stored: its place in the feed, and its record, which is the wire's bytes. */
export interface StoredEntry {
  readonly sequence: number;
  readonly record: Uint8Array;
}

/** What is stored of an entry, in bytes that `arena` gives. */
export const storedEntryBytes = (sequence: number, record: Uint8Array, arena: ByteArena): Uint8Array => {
  const bytes = arena.take(NUMBER_BYTES + record.length);
  writeNumber(sequence, bytes, 0);
  bytes.set(record, NUMBER_BYTES);
  return bytes;
};

/** Without copying: the record is a view of `bytes`, which are at least those of the number. */
export const storedEntryOf = (bytes: Uint8Array): StoredEntry => ({
  sequence: readNumber(bytes, 0),
  record: bytes.subarray(NUMBER_BYTES),
});

export const ruvRowBytes = (server: ServerUuid, row: RuvRow): Uint8Array => {
  const bytes = new Uint8Array(RUV_ROW_BYTES);
  writeUuid(server, bytes);
  writeNumber(row.seen, bytes, UUID_BYTES);
  writeNumber(row.purged, bytes, UUID_BYTES + NUMBER_BYTES);
  writeNumber(row.lineage.at, bytes, UUID_BYTES + 2 * NUMBER_BYTES);
  new DataView(bytes.buffer).setBigUint64(UUID_BYTES + 3 * NUMBER_BYTES, row.lineage.hash);
  return bytes;
};

export const ruvRowOf = (bytes: Uint8Array): { server: ServerUuid; row: RuvRow } => ({
  server: uuidFromBytes<ServerUuid>(bytes),
  row: {
    seen: readNumber(bytes, UUID_BYTES),
    purged: readNumber(bytes, UUID_BYTES + NUMBER_BYTES),
    lineage: {
      at: readNumber(bytes, UUID_BYTES + 2 * NUMBER_BYTES),
      hash: new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(UUID_BYTES + 3 * NUMBER_BYTES),
    },
  },
});

export const cursorBytes = (cursor: Cursor): Uint8Array => {
  const bytes = new Uint8Array(CURSOR_BYTES);
  writeNumber(cursor.sequence, bytes, 0);
  bytes.set(cursor.commit, NUMBER_BYTES);
  return bytes;
};

export const cursorOf = (server: ServerUuid, bytes: Uint8Array): Cursor => ({
  server,
  sequence: readNumber(bytes, 0),
  commit: bytes.slice(NUMBER_BYTES, CURSOR_BYTES),
});
