import fc from "fast-check";
import { expect, test } from "vitest";
import { retryDelayMs } from "./retry-delay.js";

test("doubles from the base up to the poll interval", () => {
  const highest = 1 - Number.EPSILON;
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) =>
    Math.round(retryDelayMs(failures, 250, 15_000, highest)),
  );
  expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

test("is between half of the ceiling and all of it, whatever the jitter", () => {
  const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fraction, (failures, jitter) => {
      const ceiling = Math.min(15_000, 250 * 2 ** (failures - 1));
      const delay = retryDelayMs(failures, 250, 15_000, jitter);
      expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
      expect(delay).toBeLessThanOrEqual(ceiling);
    }),
  );
});
