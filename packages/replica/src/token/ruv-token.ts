import { type Ruv, type Seen, type ServerUuid, UUID_BYTES, uuidFromBytes, writeUuid } from "@concordat/crdt";
import { ReplicaError } from "../replica-error.js";

/*
 * What a replica has seen, as one opaque word: base64url of the format (1 byte), then for each server, ascending by its
 * uuid, 16 bytes of uuid and 7 of the time up to which it was seen, big-endian. Times fit 53 bits; seven bytes hold 56.
 */
const FORMAT = 1;
const TIME_BYTES = 7;
const ROW_BYTES = UUID_BYTES + TIME_BYTES;
/** As many servers as a vector may have on the wire. */
const ROWS_MAX = 1_000;

/** Changes of one server up to a time, in microseconds. */
export interface TokenRow {
  readonly server: ServerUuid;
  readonly seen: number;
}

/** Whoever has seen as much as `token` says has seen every write that was answered with it. */
export const encodeToken = (ruv: Ruv): string => {
  const rows = [...ruv].filter(([, { seen }]) => seen > 0).sort(([left], [right]) => (left < right ? -1 : 1));
  const bytes = Buffer.alloc(1 + rows.length * ROW_BYTES);
  bytes[0] = FORMAT;
  rows.forEach(([server, { seen }], index) => {
    const offset = 1 + index * ROW_BYTES;
    writeUuid(server, bytes, offset);
    bytes.writeUIntBE(Math.floor(seen / 256), offset + UUID_BYTES, TIME_BYTES - 1);
    bytes[offset + ROW_BYTES - 1] = seen % 256;
  });
  return bytes.toString("base64url");
};

/** The rows of a token. @throws ReplicaError `invalid_token`. */
export const decodeToken = (token: string): TokenRow[] => {
  const bytes = Buffer.from(token, "base64url");
  const count = (bytes.length - 1) / ROW_BYTES;
  const isWhole = Number.isInteger(count) && count >= 0 && count <= ROWS_MAX && bytes[0] === FORMAT;
  if (!isWhole || bytes.toString("base64url") !== token) throw invalidToken();
  return Array.from({ length: count }, (_, index) => rowAt(bytes, 1 + index * ROW_BYTES));
};

/** Those of `rows` that a replica which has `seen` lacks. */
export const missingRows = (rows: readonly TokenRow[], seen: Seen): TokenRow[] =>
  rows.filter((row) => row.seen > seen(row.server));

const rowAt = (bytes: Buffer, offset: number): TokenRow => {
  const seen = bytes.readUIntBE(offset + UUID_BYTES, TIME_BYTES - 1) * 256 + (bytes[offset + ROW_BYTES - 1] ?? 0);
  if (!Number.isSafeInteger(seen)) throw invalidToken();
  return { server: uuidFromBytes<ServerUuid>(bytes, offset), seen };
};

const invalidToken = (): ReplicaError =>
  new ReplicaError("invalid_token", "that is no token of a write: send what a write answered, unchanged");
