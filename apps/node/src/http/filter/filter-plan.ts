import type { Value } from "@concordat/crdt";
import type { Schema } from "@concordat/replica";
import type { Filter, FilterOperand } from "./filter.js";

/** Where the entries that a filter accepts are looked for; whether it accepts one of them, the filter itself says. */
export type FilterPlan =
  /** Among those that an index finds by one value: it has all that the filter could accept. */
  | { readonly kind: "lookup"; readonly attribute: string; readonly value: Value }
  /** Among all. */
  | { readonly kind: "scan" };

const SCAN: FilterPlan = { kind: "scan" };

/**
 * A lookup where `filter` is `eq` on an attribute that `schema` indexes, or holds only where such a part of it holds; of several
 * parts, the first. Pure.
 */
export const planFilter = (filter: Filter, schema: Schema): FilterPlan => {
  switch (filter.kind) {
    case "and":
      return filter.filters.map((part) => planFilter(part, schema)).find(({ kind }) => kind === "lookup") ?? SCAN;
    case "compare": {
      const { path, operator, operand } = filter;
      const isLookup = operator === "eq" && isIndexed(schema, path) && isStorable(operand);
      return isLookup ? { kind: "lookup", attribute: path, value: operand } : SCAN;
    }
    default:
      return SCAN;
  }
};

/** A name that holds dots may be a path into a map of another attribute as well, which no index has. */
const isIndexed = (schema: Schema, path: string): boolean =>
  !path.includes(".") && Object.hasOwn(schema, path) && schema[path]?.index === true;

/** Not null, which means that there is no value, and nothing that no attribute could hold. */
const isStorable = (operand: FilterOperand): operand is Exclude<FilterOperand, null> => {
  if (typeof operand === "string") return !HALF_OF_A_PAIR.test(operand);
  if (typeof operand === "bigint")
    return BigInt.asIntN(64, operand) === operand || BigInt.asUintN(64, operand) === operand;
  return operand !== null;
};

const HALF_OF_A_PAIR = /\p{Surrogate}/u;
