/**
 * What an attribute can hold: what MessagePack and JSON share, plus bytes and 64-bit integers. There is no null:
 * absence is the absence of the attribute. Numbers are finite. Model, section 2.
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

/**
 * A value as a merge sees it: its one encoding. It is compared for equality and never read, so that what a replica
 * only passes on is never decoded.
 */
export type ValueBytes = Uint8Array;

export const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
};
