import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonbText } from "./entry-projection.js";

const hasRoom = (text: string): boolean => !text.includes("\0") && !/\p{Surrogate}/u.test(text);

it("takes out of JSON what jsonb has no room for, and leaves the rest as it is", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\\", "\0", "u0000", "\ud800", "\udc00", "\u00e9", '"', "\n") });
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const before = JSON.stringify(value);
      const after = jsonbText(before);
      const parsed = JSON.parse(after) as Record<string, string>;
      expect(Object.entries(parsed).flat().every(hasRoom)).toBe(true);
      if (Object.entries(value).flat().every(hasRoom)) expect(after).toBe(before);
    }),
  );
  expect(jsonbText(JSON.stringify(["\0", "\\u0000", "\\\0", "\ud800x", "\ud83d\ude00"]))).toBe(
    JSON.stringify(["\ufffd", "\\u0000", "\\\ufffd", "\ufffdx", "\ud83d\ude00"]),
  );
});
