/** `\x…` as bytes of their own: a plain array, whose `slice` copies. */
export const parseBytea = (text: string): Uint8Array => {
  const { buffer, byteOffset, length } = Buffer.from(text.slice(2), "hex");
  return new Uint8Array(buffer, byteOffset, length);
};

/** Bytes as the driver sends them: in binary, without a copy. */
export const byteaParameter = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const BYTEA_OID = 17;
const HEADER_BYTES = 20;

/**
 * `bytea[]` in the binary form of the server's `array_recv`: dimensions, whether there are nulls, the type, then length and lower
 * bound, then each value after its length. Text would be twice as long, and parsed twice.
 */
export const byteaArrayParameter = (values: readonly Uint8Array[]): Buffer => {
  const bytes = values.reduce((sum, value) => sum + 4 + value.length, HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const word of [1, 0, BYTEA_OID, values.length, 1]) at = buffer.writeInt32BE(word, at);
  for (const value of values) {
    at = buffer.writeInt32BE(value.length, at);
    buffer.set(value, at);
    at += value.length;
  }
  return buffer;
};
