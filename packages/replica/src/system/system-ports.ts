import { createHash, getRandomValues, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as timer } from "node:timers/promises";
import type { Clock } from "../ports/clock.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";

/** The machine's clocks. The wall clock follows the system's, leaps and all. */
export const systemClock: Clock = {
  wallMicros: () => Date.now() * 1_000,
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await timer(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
};

/** Asking the system for 16 bytes takes longer than making an entry of them. */
const POOL_BYTES = 4_096;
const pool = new Uint8Array(POOL_BYTES);
let unused = 0;

/** Bytes that nobody had before and nobody gets again. */
const fromPool = (length: number): Uint8Array => {
  if (unused < length) {
    getRandomValues(pool);
    unused = POOL_BYTES;
  }
  unused -= length;
  return pool.slice(unused, unused + length);
};

export const systemRandom: Random = {
  bytes: (length) => (length > POOL_BYTES / 4 ? getRandomValues(new Uint8Array(length)) : fromPool(length)),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};

export const systemHash: CreateHash = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
};
