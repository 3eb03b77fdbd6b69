import { describe, expect, it } from "vitest";
import { type Measurement, median, percentile, ratioOf, reachesGoal } from "./measurement.js";

const figure: Measurement = { workload: "W1", subject: "concordat", what: "10 entries", value: 90, unit: "/s" };
const limited: Measurement = { ...figure, limit: { subject: "raw", value: 100 } };

describe("a measurement", () => {
  it("has a ratio where it has a limit", () => {
    expect(ratioOf(limited)).toBeCloseTo(0.9);
    expect(ratioOf(figure)).toBeUndefined();
  });

  it.each([
    [{ ...figure, goal: { kind: "at least", value: 90 } }, true],
    [{ ...figure, goal: { kind: "at least", value: 91 } }, false],
    [{ ...figure, goal: { kind: "at most", value: 90 } }, true],
    [{ ...figure, goal: { kind: "at most", value: 89 } }, false],
    [{ ...limited, goal: { kind: "ratio at least", value: 0.9 } }, true],
    [{ ...limited, goal: { kind: "ratio at least", value: 1 } }, false],
    [{ ...limited, goal: { kind: "ratio at most", value: 1 } }, true],
    [{ ...limited, goal: { kind: "ratio at most", value: 0.5 } }, false],
    [figure, undefined],
  ] satisfies [Measurement, boolean | undefined][])("tells whether %j reaches its goal: %s", (measurement, reached) => {
    expect(reachesGoal(measurement)).toBe(reached);
  });
});

it("percentiles are values that were seen", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 99)).toBe(10);
  expect(percentile([1], 50)).toBe(1);
});
