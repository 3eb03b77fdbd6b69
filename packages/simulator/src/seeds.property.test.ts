import type { Uuid } from "@concordat/crdt";
import { expect, test } from "vitest";
import { type Action, type SimulationOptions, simulate, type Workload } from "./index.js";
import { defaultWorkload } from "./workload.js";

/** The mutants of `scripts/mutants/simulator.mjs` have to be found within so many. */
const SEEDS = Number(process.env.CONCORDAT_SIMULATION_SEEDS ?? 12);

/** @param options those of a seed. */
const holds = (promise: string, options: (seed: number) => Omit<SimulationOptions, "seed">): void => {
  test(promise, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = await simulate({ seed, ...options(seed) });
      const said = outcome.kind === "violation" ? `${outcome.checker} at seed ${seed}: ${outcome.message}` : "kept";
      expect(said).toBe("kept");
    }
  }, 600_000);
};

const threeToFive = (seed: number): number => 3 + (seed % 3);

/** Purges after every other write. */
const purging: Workload = async (context) => {
  await defaultWorkload(context);
  if (context.random.chance(0.5)) await context.replica.purge();
};

/** Node 0 writes, node 1 goes back in time while node 2 is cut off, and node 0 writes on. */
const relayGoesBack = (seed: number): Action[] => {
  const writes = (fromMs: number, count: number): Action[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: "write",
      atMs: fromMs + 100 * index,
      node: 0,
      seed: seed * 1_000 + fromMs + index,
    }));
  return [
    ...writes(0, 12),
    { kind: "photograph", atMs: 3_000, node: 1 },
    ...writes(3_100, 8),
    { kind: "partition", atMs: 6_000, side: [2], ms: 6_000, way: "both" },
    { kind: "roll-back", atMs: 6_100, node: 1, age: 0, downMs: 100 },
    ...writes(6_500, 12),
  ];
};

/** Writes an attribute that two schemas take for two kinds. */
const ofTwoKinds: Workload = async ({ writer, random }) => {
  const uuid = `00000000-0000-4000-8000-00000000000${random.below(2)}` as Uuid;
  await writer.transact(async (transaction) => {
    await transaction.put(uuid, { mixed: [`m${random.below(3)}`] });
  });
};

holds("whatever happens to a topology, every promise is kept", () => ({}));

// What few seeds with every fault at once get to: calm topologies, in which one kind of trouble happens again and again.

holds("what a node tells a part of before it is lost comes to everybody, though nobody writes any more", (seed) => ({
  nodes: threeToFive(seed),
  steps: 60,
  faults: { "refresh-discarding": 0.02, restore: 0.02 },
}));

holds("whatever is deleted and purged while nodes are cut off, nobody comes back from the dead", (seed) => ({
  nodes: threeToFive(seed),
  steps: 300,
  workload: purging,
  faults: { partition: 0.05, "one-way-partition": 0.02, "long-outage": 0.02, "connection-cut": 0.05 },
}));

holds("a node that goes back in time where nobody sees it, and writes on, loses nothing that anybody has", (seed) => ({
  nodes: 2 + (seed % 2),
  steps: 300,
  faults: { "disk-rolled-back": 0.1, partition: 0.2 },
}));

holds("who only passes on, and goes back in time unseen by who pulls from it, sends all of it again", (seed) => ({
  nodes: 3,
  faults: "none",
  actions: relayGoesBack(seed),
}));

holds("what was written as one merge kind stays beside what was written as another", (seed) => ({
  nodes: threeToFive(seed),
  steps: 300,
  workload: ofTwoKinds,
  faults: { "schema-change": 0.1, partition: 0.03 },
}));
