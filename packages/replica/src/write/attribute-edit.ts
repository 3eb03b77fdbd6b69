import type { MergeKind, Value } from "@concordat/crdt";
import type { AttributeChange } from "../entry.js";
import { ReplicaError } from "../replica-error.js";

/** A change of one attribute, once the schema has said what it means. */
export type AttributeEdit =
  | { readonly kind: "remove" }
  | { readonly kind: "register"; readonly value: Value }
  | { readonly kind: "set-replace"; readonly elements: readonly Value[] }
  | { readonly kind: "set"; readonly add: readonly Value[]; readonly remove: readonly Value[] }
  | { readonly kind: "map-replace"; readonly entries: Readonly<Record<string, Value>> }
  | { readonly kind: "map"; readonly set: Readonly<Record<string, Value>>; readonly remove: readonly string[] }
  | { readonly kind: "counter-assign"; readonly value: number }
  | { readonly kind: "counter"; readonly increment: number };

/** What `change` means to an attribute that the schema merges by `kind`. @throws ReplicaError `invalid_change`. */
export const attributeEditOf = (change: AttributeChange, kind: MergeKind): AttributeEdit => {
  if (change === undefined) return { kind: "remove" };
  switch (kind) {
    case "register":
      return registerEdit(change);
    case "set":
      return setEdit(change);
    case "map":
      return mapEdit(change);
    case "counter":
      return counterEdit(change);
  }
};

const registerEdit = (change: Value | object): AttributeEdit => {
  if (isOnly(change, "add", "remove") || isOnly(change, "increment")) {
    throw invalid(
      "is a register, which takes a plain value: declare its merge kind in the schema to add, remove or increment",
    );
  }
  return { kind: "register", value: change as Value };
};

const setEdit = (change: Value | object): AttributeEdit => {
  if (Array.isArray(change)) return { kind: "set-replace", elements: change };
  if (!isOnly(change, "add", "remove")) throw invalid("is a set, which takes an array, or { add: […], remove: […] }");
  const { add = [], remove = [] } = change as { add?: unknown; remove?: unknown };
  if (!Array.isArray(add) || !Array.isArray(remove)) throw invalid("takes arrays for add and remove");
  return { kind: "set", add, remove };
};

const mapEdit = (change: Value | object): AttributeEdit => {
  if (!isRecord(change)) throw invalid("is a map, which takes an object, or { set: {…}, remove: […] }");
  if (!isOnly(change, "set", "remove")) return { kind: "map-replace", entries: change };
  const { set = {}, remove = [] } = change;
  const keys = Array.isArray(remove) && remove.every((key) => typeof key === "string");
  if (!isRecord(set) || !keys) throw invalid("takes an object for set and an array of keys for remove");
  return { kind: "map", set, remove: remove as string[] };
};

const counterEdit = (change: Value | object): AttributeEdit => {
  if (typeof change === "number" && Number.isSafeInteger(change)) return { kind: "counter-assign", value: change };
  const increment = isOnly(change, "increment") ? (change as { increment: unknown }).increment : undefined;
  if (typeof increment !== "number" || !Number.isSafeInteger(increment)) {
    throw invalid("is a counter, which takes a whole number, or { increment: n }");
  }
  return { kind: "counter", increment };
};

const isRecord = (value: unknown): value is Readonly<Record<string, Value>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Whether `value` is an object with at least one member, and none but `names`. */
const isOnly = (value: unknown, ...names: string[]): boolean => {
  if (!isRecord(value)) return false;
  const own = Object.keys(value);
  return own.length > 0 && own.every((name) => names.includes(name));
};

const invalid = (message: string): ReplicaError => new ReplicaError("invalid_change", `it ${message}`);
