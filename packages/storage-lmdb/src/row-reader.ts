import { assertKeyLength, type KeyRange, type Page, PageBuilder, type PageLimits } from "@concordat/storage";
import type { RangeOptions, Transaction } from "lmdb";
import { type Environment, KEY_BYTES_MAX } from "./environment.js";
import { toStorageError } from "./medium-error.js";

interface ReadOptions {
  readonly transaction?: Transaction;
}

/** The values of `keys` in one go, so that without a transaction, too, all are of one moment. */
export const readMany = (
  environment: Environment,
  keys: readonly Uint8Array[],
  options: ReadOptions,
): (Uint8Array | undefined)[] => {
  for (const key of keys) assertKeyLength(key, KEY_BYTES_MAX);
  try {
    return keys.map((key) => environment.get(key, options));
  } catch (error) {
    throw toStorageError(error, "cannot read");
  }
};

/** One page of `range` in the view of `transaction`. */
export const readPage = (
  environment: Environment,
  range: KeyRange,
  limits: PageLimits,
  transaction: Transaction,
): Page => {
  const page = new PageBuilder(limits);
  // LMDB takes an empty end for no end at all.
  if (range.to?.length === 0) return page.page();
  const bounds = range.reverse ? reverseBounds(range) : forwardBounds(range);
  try {
    for (const { key, value } of environment.getRange({ ...bounds, transaction })) {
      if (!page.takes(key.length + value.length)) break;
      page.add(key, value);
    }
  } catch (error) {
    throw toStorageError(error, "cannot scan");
  }
  return page.page();
};

/**
 * LMDB takes no bound that is longer than a key. Keys that sort before such a bound are those up to its first
 * `KEY_BYTES_MAX` bytes, and a key that is equal to those sorts before it, too: cut it off and include it below, exclude it
 * above.
 */
const cutBound = (bound: Uint8Array): { readonly bound: Uint8Array; readonly isCut: boolean } => ({
  bound: bound.subarray(0, KEY_BYTES_MAX),
  isCut: bound.length > KEY_BYTES_MAX,
});

const forwardBounds = ({ from, to }: KeyRange): RangeOptions => {
  const start = cutBound(from);
  const bounds = { start: start.bound, exclusiveStart: start.isCut };
  if (to === undefined) return bounds;
  const end = cutBound(to);
  return { ...bounds, end: end.bound, inclusiveEnd: end.isCut };
};

const reverseBounds = ({ from, to }: KeyRange): RangeOptions => {
  const end = cutBound(from);
  const bounds = { reverse: true, end: end.bound, inclusiveEnd: !end.isCut };
  if (to === undefined) return bounds;
  const start = cutBound(to);
  return { ...bounds, start: start.bound, exclusiveStart: !start.isCut };
};
