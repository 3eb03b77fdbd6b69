import { expect, test } from "vitest";
import { type SimulationOptions, shrinkSchedule, simulate } from "./index.js";

/** A caller that cannot put up with an entry whose title was removed. */
const INTOLERANT: SimulationOptions = {
  seed: 8,
  steps: 800,
  check: async (replicas) => {
    for (const replica of replicas) {
      for await (const { attributes } of replica.entries()) if (!("title" in attributes)) throw new Error("no title");
    }
  },
};

test("a schedule that breaks a promise is cut down to the few actions that it takes, and breaks it when it is replayed", async () => {
  const outcome = await simulate(INTOLERANT);
  if (outcome.kind !== "violation") throw new Error("nothing was broken");
  const shortest = await shrinkSchedule(INTOLERANT, outcome);
  expect(shortest).toMatchObject({ checker: "check", message: "no title" });
  // One creates, one removes, and what it takes for the draws to come out as they do.
  expect(shortest.actions.length).toBeLessThanOrEqual(5);
  expect(outcome.actions.length).toBeGreaterThan(10);
  const replayed = await simulate({ ...INTOLERANT, actions: shortest.actions });
  expect(replayed).toMatchObject({ kind: "violation", checker: "check", traceHash: shortest.traceHash });
}, 240_000);
