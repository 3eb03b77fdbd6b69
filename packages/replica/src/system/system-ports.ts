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

export const systemRandom: Random = {
  bytes: (length) => getRandomValues(new Uint8Array(length)),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};

export const systemHash: CreateHash = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
};
