import { expect, test } from "vitest";
import { simulate } from "./index.js";

/** The mutants of `scripts/mutants/simulator.mjs` have to be found within so many. */
const SEEDS = Number(process.env.CONCORDAT_SIMULATION_SEEDS ?? 12);

test("whatever happens to a topology, every promise is kept", async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const outcome = await simulate({ seed });
    const said = outcome.kind === "violation" ? `${outcome.checker} at seed ${seed}: ${outcome.message}` : "kept";
    expect(said).toBe("kept");
  }
}, 600_000);

test("what a node tells a part of before it is lost comes to everybody, though nobody writes any more", async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const faults = { "refresh-discarding": 0.02, restore: 0.02 };
    const outcome = await simulate({ seed, nodes: 3 + (seed % 3), steps: 60, faults });
    const said = outcome.kind === "violation" ? `${outcome.checker} at seed ${seed}: ${outcome.message}` : "kept";
    expect(said).toBe("kept");
  }
}, 600_000);
