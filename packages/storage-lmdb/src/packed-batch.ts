import { assertKeyLength, type Batch, type Operation } from "@concordat/storage";
import { KEY_BYTES_MAX } from "./environment.js";

/** A batch whose bytes all lie in one buffer of its own: one copy at the call, one address for LMDB to resolve. */
export interface PackedBatch {
  readonly operations: readonly Operation[];
  /** Bytes of keys and values together. */
  readonly bytes: number;
  /** The most that the database can grow by this batch, in bytes of pages. */
  readonly growthBytesMax: number;
}

/** Copies a batch. Throws `key_length`. */
export const packBatch = (batch: Batch): PackedBatch => {
  let bytes = 0;
  let growthBytesMax = 0;
  for (const { key, value } of batch.operations) {
    assertKeyLength(key, KEY_BYTES_MAX);
    bytes += key.length + (value?.length ?? 0);
    if (value !== undefined) growthBytesMax += rowGrowthMax(key.length, value.length);
  }
  const arena = new Uint8Array(bytes);
  let end = 0;
  const copy = (source: Uint8Array): Uint8Array => {
    const start = end;
    end += source.length;
    arena.set(source, start);
    return arena.subarray(start, end);
  };
  const operations = batch.operations.map(({ key, value }) => ({ key: copy(key), value: value && copy(value) }));
  return { operations, bytes, growthBytesMax };
};

const PAGE_BYTES = 4096;
const ROW_HEADER_BYTES = 16;

/**
 * A row that fits a leaf twice shares its page, which is at least half full after a split; a larger one has its value on
 * pages of its own, and its key in a leaf.
 */
const rowGrowthMax = (keyBytes: number, valueBytes: number): number => {
  const inLeaf = keyBytes + valueBytes + ROW_HEADER_BYTES;
  if (inLeaf <= PAGE_BYTES / 2) return 2 * inLeaf;
  const ownPages = Math.ceil((valueBytes + ROW_HEADER_BYTES) / PAGE_BYTES) * PAGE_BYTES;
  return ownPages + 2 * (keyBytes + ROW_HEADER_BYTES);
};
