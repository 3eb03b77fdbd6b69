import fc from "fast-check";
import { expect, it } from "vitest";
import { isoMicros } from "./iso-micros.js";

it("keeps each microsecond", () => {
  expect(isoMicros(0)).toBe("1970-01-01T00:00:00.000000Z");
  expect(isoMicros(1_769_860_800_000_001)).toBe("2026-01-31T12:00:00.000001Z");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 53 - 1 }), (micros) => {
      const text = isoMicros(micros);
      const millis = Date.parse(`${text.slice(0, 23)}Z`);
      expect(millis * 1_000 + Number(text.slice(23, 26))).toBe(micros);
    }),
  );
});
