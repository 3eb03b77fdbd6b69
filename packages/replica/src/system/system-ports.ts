import { createHash, getRandomValues, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { onAbort } from "../on-abort.js";
import type { Clock } from "../ports/clock.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";

/** The machine's clocks. The wall clock follows the system's, leaps and all. */
export const systemClock: Clock = {
  wallMicros: () => Date.now() * 1_000,
  monotonicMs: () => performance.now(),
  // Not `timers/promises`: whoever wakes a sleeper would wait for the error, with its stack, that each of its promises ends in.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        release?.();
        resolve();
      }, ms);
      const release =
        signal &&
        onAbort(signal, () => {
          clearTimeout(timer);
          resolve();
        });
    }),
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
