import type { MergeKind, NamedKind, Value, ValueBytes } from "@concordat/crdt";
import type { AttributeChange } from "../entry.js";
import { type DefinedKind, isDefinedKind } from "../kind/merge-kind.js";
import { ReplicaError } from "../replica-error.js";

/** A change of one attribute, once the schema has said what it means. */
export type AttributeEdit =
  | { readonly kind: "remove" }
  /** A version of a user's kind, over all that are there. */
  | { readonly kind: "named"; readonly name: NamedKind; readonly value: ValueBytes }
  | UsersEdit
  | { readonly kind: "register"; readonly value: Value }
  | { readonly kind: "set-replace"; readonly elements: readonly Value[] }
  | { readonly kind: "set"; readonly add: readonly Value[]; readonly remove: readonly Value[] }
  | { readonly kind: "map-replace"; readonly entries: Readonly<Record<string, Value>> }
  | { readonly kind: "map"; readonly set: Readonly<Record<string, Value>>; readonly remove: readonly string[] }
  | { readonly kind: "counter-assign"; readonly value: number }
  | { readonly kind: "counter"; readonly increment: number };

/** A write to an attribute of a user's kind; `isWhole` where it is to show what is written, which it may do already. */
export interface UsersEdit {
  readonly kind: "users";
  readonly merge: DefinedKind;
  readonly written: Value;
  readonly isWhole: boolean;
}

/** How a value, or a change, becomes an edit: what `put` and `modify` differ in. */
export type EditOf = (change: AttributeChange, kind: MergeKind | DefinedKind) => AttributeEdit;

/**
 * The edit after which an attribute that the schema merges by `kind` is exactly `value`, or gone. What `value` looks
 * like does not matter: a map may have a key `set`. @throws ReplicaError `invalid_change`.
 */
export const replacementEditOf: EditOf = (value, kind) => {
  if (value === undefined) return { kind: "remove" };
  if (isDefinedKind(kind)) return { kind: "users", merge: kind, written: value as Value, isWhole: true };
  switch (kind) {
    case "register":
      return { kind: "register", value: value as Value };
    case "set":
      if (Array.isArray(value)) return { kind: "set-replace", elements: value };
      throw invalid("is a set, which takes an array; modify takes { add: […], remove: […] } as well");
    case "map":
      if (isRecord(value)) return { kind: "map-replace", entries: value };
      throw invalid("is a map, which takes an object; modify takes { set: {…}, remove: […] } as well");
    case "counter":
      if (Number.isSafeInteger(value)) return { kind: "counter-assign", value: value as number };
      throw invalid("is a counter, which takes a whole number; modify takes { increment: n } as well");
  }
};

/** What `change` means to an attribute that the schema merges by `kind`. @throws ReplicaError `invalid_change`. */
export const changeEditOf: EditOf = (change, kind) => {
  if (isDefinedKind(kind) && change !== undefined)
    return { kind: "users", merge: kind, written: change as Value, isWhole: false };
  if (kind === "set" && isOnly(change, "add", "remove")) return elementsEdit(change);
  if (kind === "map" && isOnly(change, "set", "remove")) return keysEdit(change);
  if (kind === "counter" && isOnly(change, "increment")) return incrementEdit(change);
  if (kind === "register" && (isOnly(change, "add", "remove") || isOnly(change, "increment"))) {
    throw invalid(
      "is a register, which takes a plain value: declare its merge kind in the schema to add, remove or increment",
    );
  }
  return replacementEditOf(change, kind);
};

type Members = Readonly<Record<string, unknown>>;

const elementsEdit = ({ add = [], remove = [] }: Members): AttributeEdit => {
  if (!Array.isArray(add) || !Array.isArray(remove)) throw invalid("takes arrays for add and remove");
  return { kind: "set", add, remove };
};

const keysEdit = ({ set = {}, remove = [] }: Members): AttributeEdit => {
  const areKeys = Array.isArray(remove) && remove.every((key) => typeof key === "string");
  if (!isRecord(set) || !areKeys) throw invalid("takes an object for set and an array of keys for remove");
  return { kind: "map", set, remove };
};

const incrementEdit = ({ increment }: Members): AttributeEdit => {
  if (!Number.isSafeInteger(increment)) throw invalid("is a counter, which takes a whole number to increment by");
  return { kind: "counter", increment: increment as number };
};

const isRecord = (value: unknown): value is Readonly<Record<string, Value>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Whether `value` is an object with at least one member, and none but `names`. */
const isOnly = (value: unknown, ...names: string[]): value is Members => {
  if (!isRecord(value)) return false;
  const own = Object.keys(value);
  return own.length > 0 && own.every((name) => names.includes(name));
};

const invalid = (message: string): ReplicaError => new ReplicaError("invalid_change", `it ${message}`);
