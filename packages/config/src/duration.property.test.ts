import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.js";

test("what is written is read back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 36_500 }),
      fc.constantFrom(1, 1_000, 60_000, 3_600_000, 86_400_000),
      (n, unit) => {
        expect(parseDuration(formatDuration(n * unit))).toEqual({ ok: true, ms: n * unit });
      },
    ),
  );
});

test.each([
  [604_800_000, "7d"],
  [300_000, "5m"],
  [90_000, "90s"],
  [1_500, "1500ms"],
])("%i ms is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
