import { type Ruv, UUID_BYTES, writeUuid } from "@concordat/crdt";

export const TOKEN_HEADER = "Concordat-Token";

const FORMAT = 1;

/** Times fit 53 bits; seven bytes hold 56. */
const TIME_BYTES = 7;
const ROW_BYTES = UUID_BYTES + TIME_BYTES;

/**
 * What a replica has seen, as an opaque token: whoever has seen as much has seen the write that was answered with it.
 *
 * Base64url of the format (1 byte), then for each server, by its uuid, 16 bytes of uuid and 7 of `seen`, big-endian.
 */
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
