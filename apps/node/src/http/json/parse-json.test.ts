import { describe, expect, it } from "vitest";
import { JsonError } from "./json-error.js";
import { JSON_DEPTH_MAX, parseJson } from "./parse-json.js";

const refusal = (text: string): JsonError => {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
  }
  throw new Error(`${text} was not refused`);
};

describe("parseJson", () => {
  it("says where a text stops being JSON", () => {
    expect(refusal('{\n  "a": 1,\n  b: 2\n}')).toMatchObject({
      code: "malformed_json",
      offset: 14,
      line: 3,
      column: 3,
    });
    expect(refusal('{"a": 1').message).toContain("the text ends here (line 1, column 8)");
    expect(refusal("[1] 2")).toMatchObject({ code: "malformed_json", offset: 4 });
    expect(refusal('"\\x"')).toMatchObject({ code: "malformed_json", offset: 0 });
  });

  it("refuses integers that a number would round, and says how to send them", () => {
    expect(parseJson("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseJson("-9007199254740991")).toBe(Number.MIN_SAFE_INTEGER);
    for (const literal of ["9007199254740992", "9007199254740993", "-9007199254740992", "1".repeat(400)]) {
      expect(() => parseJson(`{"a": ${literal}}`)).toThrow(JsonError);
    }
    const error = refusal('{"id": 9007199254740993}');
    expect(error.code).toBe("unsafe_integer");
    expect(error.message).toContain('{"$integer": "9007199254740993"}');
    expect(parseJson('"9007199254740993"')).toBe("9007199254740993");
    expect(parseJson("1e300")).toBe(1e300);
  });

  it("refuses what would be overwritten, would pollute, or cannot be written back", () => {
    expect(refusal('{"a": 1, "a": 2}')).toMatchObject({ code: "ambiguous_json", offset: 9 });
    expect(refusal('{"__proto__": {"admin": true}}').code).toBe("ambiguous_json");
    expect(refusal('{"\\u005f_proto__": 1}').code).toBe("ambiguous_json");
    expect(refusal('"\\ud800"').code).toBe("ambiguous_json");
    expect(parseJson('"\\ud83d\\ude00"')).toBe("😀");
    expect(refusal("1e999").code).toBe("ambiguous_json");
  });

  it("keeps names that objects have by birth", () => {
    const parsed = parseJson('{"constructor": 1, "toString": 2, "hasOwnProperty": 3}');
    expect(parsed).toEqual({ constructor: 1, toString: 2, hasOwnProperty: 3 });
  });

  it("refuses to go deeper than its limit, without running out of stack", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(() => parseJson(nested(JSON_DEPTH_MAX))).not.toThrow();
    expect(refusal(nested(JSON_DEPTH_MAX + 1)).code).toBe("ambiguous_json");
    expect(refusal("[".repeat(1_000_000)).code).toBe("ambiguous_json");
  });
});
