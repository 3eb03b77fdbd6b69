import { describe, expect, it } from "vitest";
import { FilterError } from "./filter-error.js";
import { FILTER_CHARACTERS_MAX, FILTER_DEPTH_MAX, parseFilter } from "./parse-filter.js";

describe("parseFilter", () => {
  it("binds and closer than or, and not closest", () => {
    expect(parseFilter("a pr or b pr and not (c pr)")).toEqual({
      kind: "or",
      filters: [
        { kind: "present", path: "a" },
        {
          kind: "and",
          filters: [
            { kind: "present", path: "b" },
            { kind: "not", filter: { kind: "present", path: "c" } },
          ],
        },
      ],
    });
  });

  it("reads operators and words in any case, and integers exactly", () => {
    expect(parseFilter("a EQ 9223372036854775807")).toEqual({
      kind: "compare",
      path: "a",
      operator: "eq",
      operand: 9223372036854775807n,
    });
    expect(parseFilter("NOT(a PR)AND b pr")).toMatchObject({ kind: "and" });
  });

  it.each([
    ["", 1, "expected an attribute name"],
    ["title", 6, "expected an operator"],
    ["title is 1", 7, "expected an operator"],
    ["title eq", 9, "expected a value"],
    ["title eq hello", 10, "expected a value"],
    ['title eq "a" tags pr', 14, 'expected "and"'],
    ["(title pr", 10, 'expected "and", "or" or ")"'],
    ["title co 5", 10, "co takes a string"],
    ["title gt true", 10, "gt takes a string or a number"],
    ["title eq 1e999", 10, "too large"],
    ['emails[type eq "work"]', 7, "expected an operator"],
    ['title eq "\\q"', 10, "not a JSON string"],
  ])("%s is wrong at character %i", (text, position, message) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ position }));
    expect(() => parseFilter(text)).toThrow(message);
  });

  it("has limits of length and depth", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}a pr${")".repeat(depth)}`;
    expect(() => parseFilter(nested(FILTER_DEPTH_MAX))).not.toThrow();
    expect(() => parseFilter(nested(FILTER_DEPTH_MAX + 1))).toThrow(FilterError);
    expect(() => parseFilter(`a eq "${"x".repeat(FILTER_CHARACTERS_MAX)}"`)).toThrow(FilterError);
  });
});
