import type { Value } from "@concordat/crdt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "./parse-json.js";
import { InvalidValue, valueFromJson, valueToJson } from "./value-json.js";

const name = fc.oneof(
  fc.constantFrom("$bytes", "$integer", "$double", "$object", "constructor", "a"),
  fc.string({ unit: "grapheme" }),
);

const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.string({ unit: "grapheme" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.maxSafeInteger(),
    fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
    fc.boolean(),
    fc.uint8Array({ maxLength: 12 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      name.filter((text) => text !== "__proto__"),
      tie("value"),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
}));

describe("values as JSON", () => {
  it("come back as they were, through the text", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(valueFromJson(parseJson(JSON.stringify(valueToJson(value))), "")).toEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are read from any JSON, or refused with the place", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        try {
          valueFromJson(json as never, "/at");
        } catch (error) {
          if (!(error instanceof InvalidValue)) throw error;
          expect(error.pointer.startsWith("/at")).toBe(true);
        }
      }),
    );
  });

  it("say where a null stands", () => {
    expect(() => valueFromJson({ "a/b": [1, { "~": null }] }, "/attributes/x")).toThrow(
      expect.objectContaining({ pointer: "/attributes/x/a~1b/1/~0" }),
    );
  });

  it.each([
    [{ $bytes: "a" }],
    [{ $bytes: "?" }],
    [{ $bytes: 1 }],
    [{ $integer: "1.5" }],
    [{ $integer: String(2n ** 64n) }],
    [{ $integer: String(-(2n ** 63n) - 1n) }],
    [{ $double: "Infinity" }],
    [{ $double: "1e999" }],
    [{ $object: 5 }],
  ])("refuse %j", (json) => {
    expect(() => valueFromJson(json, "")).toThrow(InvalidValue);
  });

  it("carry a dangerous name as a member of its own", () => {
    const value = Object.fromEntries([["__proto__", { polluted: true }]]) as Value;
    const json = valueToJson(value) as Record<string, unknown>;
    expect(Object.hasOwn(json, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
    expect(JSON.stringify(json)).toBe('{"__proto__":{"polluted":true}}');
  });
});
