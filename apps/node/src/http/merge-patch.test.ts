import { describe, expect, it } from "vitest";
import type { Json } from "./json/json.js";
import { mergePatch } from "./merge-patch.js";

/** RFC 7396, appendix A: original, patch, result. */
const APPENDIX: readonly (readonly [Json, Json, Json])[] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("mergePatch", () => {
  it.each(APPENDIX)("%j patched with %j is %j", (original, patch, result) => {
    const [before, sent] = [structuredClone(original), structuredClone(patch)];
    expect(mergePatch(original, patch)).toEqual(result);
    expect([original, patch]).toEqual([before, sent]);
  });

  it("takes what stands for bytes or an integer as a value", () => {
    expect(mergePatch({ a: { b: 1 } }, { a: { $bytes: "aGk=" } })).toEqual({ a: { $bytes: "aGk=" } });
    expect(mergePatch({ a: { $integer: "9007199254740993" } }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
  });
});
