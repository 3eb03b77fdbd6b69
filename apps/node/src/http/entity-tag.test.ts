import { describe, expect, it } from "vitest";
import { failedCondition, parseEntityTags, preconditionOf } from "./entity-tag.js";
import { Problem } from "./problem.js";

describe("entity tags", () => {
  it("are read from a list", () => {
    expect(parseEntityTags(' "a" , W/"b","c"', "If-Match")).toEqual([
      { version: "a", weak: false },
      { version: "b", weak: true },
      { version: "c", weak: false },
    ]);
    expect(parseEntityTags("*", "If-Match")).toBe("any");
  });

  it.each(["", "a", '"a', '"a" "b"', '"a", x', "**", '"a", *'])("are not read from %s", (text) => {
    expect(() => parseEntityTags(text, "If-Match")).toThrow(Problem);
  });

  it.each([
    ['"v"', undefined, "v", undefined],
    ['"x", "v"', undefined, "v", undefined],
    ['"x"', undefined, "v", "If-Match"],
    ['W/"v"', undefined, "v", "If-Match"],
    ["*", undefined, "v", undefined],
    ["*", undefined, undefined, "If-Match"],
    [undefined, "*", "v", "If-None-Match"],
    [undefined, "*", undefined, undefined],
    [undefined, 'W/"v"', "v", "If-None-Match"],
    [undefined, '"x"', "v", undefined],
    ['"v"', '"v"', "v", "If-None-Match"],
  ])("If-Match %s, If-None-Match %s at version %s: fails %s", (ifMatch, ifNoneMatch, version, failed) => {
    const precondition = preconditionOf(ifMatch, ifNoneMatch);
    expect(precondition && failedCondition(precondition, version)).toBe(failed);
  });
});
