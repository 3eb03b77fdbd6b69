import type { Random } from "../ports/random.js";

/** Bytes that a seed decides: a run can be repeated. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return { fraction: next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) };
};
