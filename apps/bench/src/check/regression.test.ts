import { describe, expect, it } from "vitest";
import type { Measurement } from "../report/measurement.js";
import { baselineOf, hasRegressed } from "./regression.js";

const rate: Measurement = {
  workload: "W1",
  subject: "concordat",
  what: "refresh",
  value: 90,
  unit: "/s",
  limit: { subject: "raw", value: 100 },
  goal: { kind: "ratio at least", value: 1 },
};
const delay: Measurement = { ...rate, workload: "W6", what: "pull", unit: "ms" };
const { goal: _, ...aimless } = rate;
const baseline = baselineOf([
  [rate, delay, { ...aimless, what: "the first refresh" }],
  [
    { ...rate, value: 95 },
    { ...delay, value: 85 },
  ],
]);

describe("a regression", () => {
  it("is held against the worst ratios of some runs", () => {
    expect(baseline).toEqual({ "W1 refresh": 0.9, "W6 pull": 0.9 });
  });

  it.each([
    [{ ...rate, value: 61 }, false],
    [{ ...rate, value: 59 }, true],
    [{ ...rate, value: 59, limit: { subject: "raw", value: 65 } }, false],
    [{ ...delay, value: 134 }, false],
    [{ ...delay, value: 136 }, true],
    [{ ...rate, what: "something new", value: 1 }, false],
  ] satisfies [Measurement, boolean][])("is a third of the ratio lost: %j, %s", (measurement, regressed) => {
    expect(hasRegressed(measurement, baseline)).toBe(regressed);
  });
});
