import { MERGE_KINDS } from "@concordat/crdt";

/** The kinds as their bytes, ascending. */
const KINDS = MERGE_KINDS.map((kind) => ({ kind, bytes: new TextEncoder().encode(kind) }));

/** The place among `MERGE_KINDS` of the kind that the bytes spell; -1 for none. */
export const rankOfKind = (bytes: Uint8Array, start: number, end: number): number => {
  for (let rank = 0; rank < KINDS.length; rank += 1) if (spells(bytes, start, end, rank)) return rank;
  return -1;
};

const spells = (bytes: Uint8Array, start: number, end: number, rank: number): boolean => {
  const { bytes: kind } = KINDS[rank] as (typeof KINDS)[number];
  if (kind.length !== end - start) return false;
  for (let index = 0; index < kind.length; index += 1) if (kind[index] !== bytes[start + index]) return false;
  return true;
};
