import { expect, test } from "vitest";
import { type SimulationOptions, simulate } from "./index.js";

const run = async (options: SimulationOptions) => {
  const outcome = await simulate(options);
  expect(outcome.kind === "violation" ? `${outcome.checker}: ${outcome.message}` : "every promise was kept").toBe(
    "every promise was kept",
  );
  return outcome;
};

test("of every seed all promises are kept, whatever faults it meets", async () => {
  const met = new Set<string>();
  for (let seed = 1; seed <= 15; seed += 1) {
    const { faults, steps } = await run({ seed, steps: 500 });
    expect(steps).toBeGreaterThanOrEqual(500);
    for (const fault of Object.keys(faults)) met.add(fault);
  }
  expect(met.size).toBeGreaterThan(15);
}, 240_000);

test("two runs of a seed do the same to the last byte, two seeds do not", async () => {
  const hashes = [];
  for (const seed of [7, 7, 8]) hashes.push((await run({ seed, steps: 300 })).traceHash);
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[2]).not.toBe(hashes[0]);
});

test("the schedule of a run, given back, is the run", async () => {
  const first = await run({ seed: 21, steps: 300 });
  const again = await run({ seed: 21, actions: first.actions });
  expect(again.changes).toBe(first.changes);
  expect((await run({ seed: 21, actions: [] })).changes).toBe(0);
});

test("without faults nothing goes wrong, and nobody is asked for anything", async () => {
  const { faults, changes } = await run({ seed: 3, nodes: 4, steps: 400, faults: "none" });
  expect(faults).toEqual({});
  expect(changes).toBeGreaterThan(0);
});

test("twelve nodes in one run", async () => {
  const { plan } = await run({ seed: 5, nodes: 12, steps: 800 });
  expect(plan.nodes).toBe(12);
}, 240_000);
