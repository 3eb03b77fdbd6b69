import type { Random } from "@concordat/replica";

/** Numbers that look random and follow from a seed alone (mulberry32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A generator for one purpose: what others draw does not change what it draws. */
  static of(...seeds: readonly number[]): SeededRandom {
    return new SeededRandom(mixed(seeds));
  }

  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    const state = this.#state;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  }

  fraction(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number, at least 0 and below `bound`. */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** A whole number, both bounds included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError("there is nothing to pick from");
    return from[this.below(from.length)] as T;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.word();
      for (let byte = 0; byte < 4 && at + byte < length; byte += 1) bytes[at + byte] = word >>> (8 * byte);
    }
    return bytes;
  }
}

const mixed = (seeds: readonly number[]): number => {
  let hash = 0x9e3779b9;
  for (const seed of seeds) {
    for (const part of [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]) {
      hash = Math.imul(hash ^ part, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
    }
  }
  return hash;
};
