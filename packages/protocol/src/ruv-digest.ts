import { writtenBytes } from "./byte-writer.js";
import type { WireRuvRow } from "./message.js";
import { writeRuvRow } from "./write-ruv-row.js";

/** The rows of a vector as bytes: an array of rows as they are on the wire, ascending by server uuid. */
export const ruvWireBytes = (rows: readonly WireRuvRow[]): Uint8Array =>
  writtenBytes((writer) => {
    writer.array(rows.length);
    for (const row of rows.toSorted((left, right) => (left.server < right.server ? -1 : 1))) writeRuvRow(writer, row);
  });

/** The 32 bytes that stand for a whole vector in `Incremental.frozenDigest`: SHA-256 over `ruvWireBytes`. */
export const ruvDigest = (rows: readonly WireRuvRow[], sha256: (bytes: Uint8Array) => Uint8Array): Uint8Array =>
  sha256(ruvWireBytes(rows));
