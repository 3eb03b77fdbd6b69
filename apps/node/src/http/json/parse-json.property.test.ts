import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonError } from "./json-error.js";
import { parseJson } from "./parse-json.js";

const native = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** JSON texts with a few characters changed: most are nearly JSON. */
const nearlyJson = fc
  .tuple(
    fc.json(),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\ \n\t0123456789.eE+-tfnu')), { maxLength: 3 }),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, [at, character]) => {
      const index = at % (edited.length + 1);
      return edited.slice(0, index) + character + edited.slice(index + (at % 2));
    }, text),
  );

describe("parseJson against JSON.parse", () => {
  it("reads what JSON.parse reads, or says why not; refuses what it refuses", () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const expected = native(text);
        try {
          expect(parseJson(text)).toEqual(expected?.value);
          expect(expected).toBeDefined();
        } catch (error) {
          if (!(error instanceof JsonError)) throw error;
          if (expected) expect(error.code).not.toBe("malformed_json");
          expect(error.offset).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
