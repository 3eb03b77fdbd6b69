/** A filter over attributes: the grammar of SCIM (RFC 7644, section 3.4.2.2) without value paths. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  | { readonly kind: "present"; readonly path: string }
  | { readonly kind: "compare"; readonly path: string; readonly operator: Comparison; readonly operand: FilterOperand };

/** Equality of any operand; parts of a string; order of strings and numbers. */
export type Comparison = "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "ge" | "lt" | "le";

/** null means: no value. Integers beyond 2^53 - 1 are bigint. */
export type FilterOperand = string | number | bigint | boolean | null;
