import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Comparison, Filter, FilterOperand } from "./filter.js";
import { FilterError } from "./filter-error.js";
import { parseFilter } from "./parse-filter.js";

const operandText = (operand: FilterOperand): string =>
  typeof operand === "bigint" ? operand.toString() : JSON.stringify(operand);

const pathText = (path: string): string => (/^[a-z]+(\.[a-z]+)*$/.test(path) ? path : JSON.stringify(path));

const filterText = (filter: Filter): string => {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.map(groupText).join(` ${filter.kind} `);
    case "not":
      return `not ${groupText({ kind: "or", filters: [filter.filter] })}`;
    case "present":
      return `${pathText(filter.path)} pr`;
    case "compare":
      return `${pathText(filter.path)} ${filter.operator} ${operandText(filter.operand)}`;
  }
};

const groupText = (filter: Filter): string =>
  filter.kind === "and" || filter.kind === "or" ? `(${filterText(filter)})` : filterText(filter);

const path = fc.oneof(fc.constantFrom("title", "not", "and", "pr", "address.city", "$ref"), fc.string());
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n }),
);

const compare = (operators: readonly Comparison[], operand: fc.Arbitrary<FilterOperand>): fc.Arbitrary<Filter> =>
  fc.record({ kind: fc.constant("compare" as const), path, operator: fc.constantFrom(...operators), operand });

const { filter: filters } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant("present" as const), path }),
    compare(["co", "sw", "ew", "eq", "ne", "gt", "le"], fc.string()),
    compare(["eq", "ne", "gt", "ge", "lt", "le"], number),
    compare(["eq", "ne"], fc.constantFrom(true, false, null)),
    fc.record({ kind: fc.constant("not" as const), filter: tie("filter") }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      filters: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const nearlyFilter = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "(",
        ")",
        "not",
        "and",
        "or",
        "eq",
        "co",
        "pr",
        "title",
        '"a"',
        "12",
        "null",
        " ",
        "-",
        '"',
        "\\",
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 14 },
  )
  .chain((parts) => fc.constantFrom(parts.join(" "), parts.join("")));

describe("filters as text", () => {
  it("are read as they were meant", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(parseFilter(filterText(filter))).toEqual(filter);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are refused with a position, never with another error", () => {
    fc.assert(
      fc.property(nearlyFilter, (text) => {
        try {
          expect(parseFilter(filterText(parseFilter(text)))).toEqual(parseFilter(text));
        } catch (error) {
          if (!(error instanceof FilterError)) throw error;
          expect(error.position).toBeGreaterThanOrEqual(1);
          expect(error.position).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
