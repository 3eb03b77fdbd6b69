import { type RuvRow, type ServerUuid, UUID_BYTES, type Uuid, uuidFromBytes, writeUuid } from "@concordat/crdt";
import type { Cursor, CursorScan } from "@concordat/protocol";
import type { ByteArena } from "@concordat/storage";
import { NUMBER_BYTES, readNumber, writeNumber } from "./key-space.js";

/** Bytes of the name of a commit. */
export const COMMIT_NAME_BYTES = 8;
export const RUV_ROW_BYTES = UUID_BYTES + 4 * NUMBER_BYTES;
/** Of a cursor's row: without a scan, and with one. */
export const CURSOR_BYTES = NUMBER_BYTES + COMMIT_NAME_BYTES;
export const SCAN_CURSOR_BYTES = CURSOR_BYTES + NUMBER_BYTES + UUID_BYTES;

/** In place of the feed number of an entry that came with the refresh which made the database, and has not changed since. */
export const NOT_IN_FEED = 0;

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
  const { sequence, commit, scan } = cursor;
  const bytes = new Uint8Array(scan ? SCAN_CURSOR_BYTES : CURSOR_BYTES);
  writeNumber(sequence, bytes, 0);
  bytes.set(commit, NUMBER_BYTES);
  if (scan === undefined) return bytes;
  writeNumber(scan.sequence, bytes, CURSOR_BYTES);
  writeUuid(scan.uuid, bytes, CURSOR_BYTES + NUMBER_BYTES);
  return bytes;
};

export const cursorOf = (server: ServerUuid, bytes: Uint8Array): Cursor => ({
  server,
  sequence: readNumber(bytes, 0),
  commit: bytes.slice(NUMBER_BYTES, CURSOR_BYTES),
  scan: bytes.length === SCAN_CURSOR_BYTES ? scanOf(bytes) : undefined,
});

const scanOf = (bytes: Uint8Array): CursorScan => ({
  sequence: readNumber(bytes, CURSOR_BYTES),
  uuid: uuidFromBytes<Uuid>(bytes, CURSOR_BYTES + NUMBER_BYTES),
});
