import type { SeededRandom } from "../seeded-random.js";

/** The classes of faults, each of which has a probability of its own. */
export const FAULT_KINDS = [
  "frame-lost",
  "frame-delayed",
  "connection-cut",
  "connection-duplicated",
  "partition",
  "one-way-partition",
  "crash-unsynced-lost",
  "crash-unsynced-kept",
  "crash-torn-batch",
  "restart",
  "long-outage",
  "disk-full",
  "read-error",
  "write-error",
  "clock-jump-ahead",
  "clock-jump-back",
  "clock-drift",
  "clock-stopped",
  "restore",
  "refresh-discarding",
  "disk-rolled-back",
  "disk-cloned",
  "partner-removed",
  "partner-added",
  "schema-change",
  "hostile-frame",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Of each class, how probable it is that an action is one of it. They add up to less than 1: the rest is work. */
export type FaultProbabilities = Readonly<Record<FaultKind, number>>;

/** In how many seeds a class occurs at all, and how often it then does beside the others. */
const SHARES: Readonly<Record<FaultKind, readonly [seeds: number, weight: number]>> = {
  "frame-lost": [0.4, 1.2],
  "frame-delayed": [0.4, 1],
  "connection-cut": [0.6, 3],
  "connection-duplicated": [0.4, 1],
  partition: [0.4, 1],
  "one-way-partition": [0.4, 1],
  "crash-unsynced-lost": [0.5, 1],
  "crash-unsynced-kept": [0.5, 1],
  "crash-torn-batch": [0.55, 1.3],
  restart: [0.4, 1],
  "long-outage": [0.4, 0.8],
  "disk-full": [0.4, 1],
  "read-error": [0.4, 1],
  "write-error": [0.4, 1],
  "clock-jump-ahead": [0.4, 1],
  "clock-jump-back": [0.4, 1],
  "clock-drift": [0.4, 1],
  "clock-stopped": [0.4, 1],
  restore: [0.5, 3],
  "refresh-discarding": [0.5, 1.5],
  "disk-rolled-back": [0.45, 3.5],
  "disk-cloned": [0.4, 2.5],
  "partner-removed": [0.4, 1],
  "partner-added": [0.5, 2],
  "schema-change": [0.4, 1],
  "hostile-frame": [0.4, 1],
};

/** Drawn from the seed: most classes are absent from most seeds, so that each is met with few others as well as with many. */
export const drawProbabilities = (random: SeededRandom): FaultProbabilities => {
  const weights = FAULT_KINDS.map((kind) => {
    const [seeds, weight] = SHARES[kind];
    const drawn = weight * (0.3 + random.fraction());
    return random.chance(seeds) ? drawn : 0;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const faulty = random.chance(0.08) ? 0 : 0.1 + 0.4 * random.fraction();
  const scale = total === 0 ? 0 : faulty / total;
  return probabilitiesOf((_kind, index) => (weights[index] as number) * scale);
};

export const probabilitiesOf = (of: (kind: FaultKind, index: number) => number): FaultProbabilities =>
  Object.fromEntries(FAULT_KINDS.map((kind, index) => [kind, of(kind, index)])) as unknown as FaultProbabilities;
