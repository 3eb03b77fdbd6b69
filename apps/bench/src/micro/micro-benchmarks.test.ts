import { expect, it } from "vitest";
import { measureMicro } from "./measure-micro.js";
import { MICRO_BENCHMARKS } from "./micro-benchmarks.js";
import { microTableOf } from "./micro-table.js";

it.each(MICRO_BENCHMARKS.map((one) => [one.name, one] as const))("%s comes to something", (_, benchmark) => {
  expect(measureMicro(benchmark, 1, 1)).toBeGreaterThan(0);
});

it("shows nanoseconds and calls a second", () => {
  const table = microTableOf([{ name: "mergeEntry", what: "an entry", nanoseconds: 1_250 }]);
  expect(table.split("\n").at(-1)).toBe("| mergeEntry | an entry | 1,250 | 800,000 |");
});
