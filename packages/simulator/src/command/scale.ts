import type { Action } from "../schedule/action.js";
import { SeededRandom } from "../seeded-random.js";
import { type SimulationOutcome, simulate } from "../simulate.js";

/** What one topology took to become equal. */
export interface ScaleFigures {
  readonly nodes: number;
  readonly links: number;
  readonly changes: number;
  /** From the last write until all were equal. */
  readonly equalAfterMs: number;
  readonly rounds: number;
  readonly bytesPerNode: number;
  readonly elapsedMs: number;
}

const WRITES = 10;
const SPACING_MS = 100;

/** The same few writes in topologies of each size, without faults. A broken promise throws. */
export async function* scaleFigures(sizes: readonly number[], seed: number): AsyncGenerator<ScaleFigures> {
  for (const nodes of sizes) {
    const startedAt = performance.now();
    const outcome = await simulate({ seed, nodes, faults: "none", actions: writesAt(nodes, seed) });
    yield { ...figuresOf(outcome), elapsedMs: Math.round(performance.now() - startedAt) };
  }
}

const writesAt = (nodes: number, seed: number): Action[] => {
  const random = SeededRandom.of(seed, 9);
  return Array.from({ length: WRITES }, (_, index) => ({
    atMs: 1_000 + index * SPACING_MS,
    kind: "write",
    node: random.below(nodes),
    seed: random.word(),
  }));
};

const figuresOf = (outcome: SimulationOutcome): Omit<ScaleFigures, "elapsedMs"> => {
  if (outcome.kind === "violation") throw new Error(`${outcome.checker}: ${outcome.message}`);
  const { plan, changes, equalAfterMs, rounds, bytes } = outcome;
  const bytesPerNode = Math.round(bytes / plan.nodes);
  return {
    nodes: plan.nodes,
    links: plan.edges.length,
    changes,
    equalAfterMs: Math.round(equalAfterMs),
    rounds,
    bytesPerNode,
  };
};
