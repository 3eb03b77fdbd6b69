import type { Value } from "@concordat/crdt";
import type { Attributes } from "@concordat/replica";
import type { Comparison, Filter, FilterOperand } from "./filter.js";

/**
 * Whether attributes match `filter`. An array matches if any of its elements does; `ne` is the negation of `eq`, so it
 * holds where there is no value as well. Values of another type than the operand's do not match. Strings compare exactly,
 * by UTF-16 code units.
 */
export const filterPredicate = (filter: Filter): ((attributes: Attributes) => boolean) => {
  switch (filter.kind) {
    case "and": {
      const parts = filter.filters.map(filterPredicate);
      return (attributes) => parts.every((part) => part(attributes));
    }
    case "or": {
      const parts = filter.filters.map(filterPredicate);
      return (attributes) => parts.some((part) => part(attributes));
    }
    case "not": {
      const part = filterPredicate(filter.filter);
      return (attributes) => !part(attributes);
    }
    case "present":
      return isPresent(filter.path);
    case "compare":
      return comparison(filter.path, filter.operator, filter.operand);
  }
};

type Predicate = (attributes: Attributes) => boolean;

const isPresent =
  (path: string): Predicate =>
  (attributes) =>
    someValue(attributes, path, isNotEmpty);

/** RFC 7644: `pr` wants a value that is not empty. */
const isNotEmpty = (value: Value): boolean => {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
};

const comparison = (path: string, operator: Comparison, operand: FilterOperand): Predicate => {
  if (operator === "ne") {
    const equal = comparison(path, "eq", operand);
    return (attributes) => !equal(attributes);
  }
  if (operand === null) {
    const present = isPresent(path);
    return (attributes) => !present(attributes);
  }
  const matches = typeof operand === "string" ? stringTest(operator, operand) : orderTest(operator, operand);
  return (attributes) => someValue(attributes, path, matches);
};

const stringTest = (operator: Comparison, operand: string): ((value: Value) => boolean) => {
  switch (operator) {
    case "co":
      return (value) => typeof value === "string" && value.includes(operand);
    case "sw":
      return (value) => typeof value === "string" && value.startsWith(operand);
    case "ew":
      return (value) => typeof value === "string" && value.endsWith(operand);
    default:
      return orderTest(operator, operand);
  }
};

type Scalar = string | number | bigint | boolean;

const orderTest = (operator: Comparison, operand: Scalar): ((value: Value) => boolean) => {
  const holds = ORDERS[operator];
  const comparable = isNumeric(operand)
    ? isNumeric
    : (value: Value): value is Scalar => typeof value === typeof operand;
  return (value) => comparable(value) && holds?.(value, operand) === true;
};

/** A number and a bigint compare by what they are worth. */
const ORDERS: Partial<Record<Comparison, (left: Scalar, right: Scalar) => boolean>> = {
  eq: (left, right) => !(left < right) && !(left > right),
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
};

const isNumeric = (value: Value): value is number | bigint => typeof value === "number" || typeof value === "bigint";

/** Whether any value at `path` passes: elements of an array one by one; a name that holds dots before a path into maps. */
const someValue = (container: Attributes, path: string, test: (value: Value) => boolean): boolean => {
  if (Object.hasOwn(container, path)) return someElement(container[path] as Value, test);
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(container, name)) continue;
    const rest = path.slice(dot + 1);
    if (someElement(container[name] as Value, (value) => isMap(value) && someValue(value, rest, test))) return true;
  }
  return false;
};

const someElement = (value: Value, test: (value: Value) => boolean): boolean =>
  Array.isArray(value) ? (value as readonly Value[]).some(test) : test(value);

const isMap = (value: Value): value is Attributes =>
  typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
