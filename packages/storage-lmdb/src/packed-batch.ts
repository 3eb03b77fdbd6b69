import { assertKeyLength, type Batch } from "@concordat/storage";
import { KEY_BYTES_MAX } from "./environment.js";

/** Puts and deletions in one buffer of their own: one copy at the call, one address for LMDB to resolve, no object for each. */
export interface PackedBatch {
  /** Key and value of each operation, one after the other. */
  readonly buffer: Uint8Array;
  /** Of each operation: where its key begins, where its value does, and where that ends; `DELETION` when there is none. */
  readonly bounds: Float64Array;
  /** The most that the database can grow by this batch, in bytes of pages. */
  readonly growthBytesMax: number;
}

export const BOUNDS_PER_OPERATION = 3;
export const DELETION = -1;

/** Copies a batch. Throws `key_length`. */
export const packBatch = ({ operations }: Batch): PackedBatch => {
  let bytes = 0;
  let growthBytesMax = 0;
  for (const { key, value } of operations) {
    assertKeyLength(key, KEY_BYTES_MAX);
    bytes += key.length + (value?.length ?? 0);
    if (value !== undefined) growthBytesMax += rowGrowthMax(key.length, value.length);
  }
  const buffer = new Uint8Array(bytes);
  const bounds = new Float64Array(operations.length * BOUNDS_PER_OPERATION);
  let end = 0;
  let bound = 0;
  for (const { key, value } of operations) {
    bounds[bound] = end;
    buffer.set(key, end);
    end += key.length;
    bounds[bound + 1] = end;
    if (value) {
      buffer.set(value, end);
      end += value.length;
    }
    bounds[bound + 2] = value ? end : DELETION;
    bound += BOUNDS_PER_OPERATION;
  }
  return { buffer, bounds, growthBytesMax };
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
