import { type ChangeId, isNamedKind, KIND_NAME_BYTES_MAX, type NamedKind, type Value } from "@concordat/crdt";
import { ReplicaError } from "../replica-error.js";

/**
 * A merge kind of a user's own, whose values in memory are `T`. All of its functions are pure: they change nothing that they are
 * given, and give the same for the same, on every node and in every version of the program that has this name.
 */
export interface MergeKindDefinition<T> {
  /**
   * A namespace that is the user's, a slash, and a name: `example.com/max`. It travels with every state. Another join, or another
   * encoding, is another kind, and takes another name: `example.com/max.v2`.
   */
  readonly name: string;
  /** What nothing was written to yet: `join(empty, x)` is `x`. */
  readonly empty: T;
  /** The least value that holds what both hold: commutative, associative, idempotent. `checkMergeKind` looks for what breaks that. */
  join(left: T, right: T): T;
  /** The one value that stands for `value` in the database and on the wire: equal ones are written alike. */
  encode(value: T): Value;
  /** What `encode` was given. Throws for what it never gives: the attribute is then `unread`. */
  decode(encoded: Value): T;
  /**
   * What `current` becomes when `written` is written over it, joined with `current` in any case; when left out, `decode(written)`.
   * `changeId` is of this transaction alone, wherever it came from: for kinds that have to tell writes apart.
   */
  change?(current: T, written: Value, changeId: ChangeId): T;
  /** What readers see; `encode(value)` when left out. */
  show?(value: T): Value;
}

/** A merge kind that a schema may name. Made by `defineMergeKind`. */
export interface DefinedKind<T = unknown> extends Required<MergeKindDefinition<T>> {
  readonly name: NamedKind;
}

/** @throws ReplicaError `invalid_schema` for a name that is none. */
export const defineMergeKind = <T>(definition: MergeKindDefinition<T>): DefinedKind<T> => {
  const { name, empty } = definition;
  if (!isNamedKind(name)) {
    throw new ReplicaError(
      "invalid_schema",
      `${JSON.stringify(name)} cannot name a merge kind: take a domain of your own, a slash and a name, in lower case and ${KIND_NAME_BYTES_MAX} bytes at the most, such as example.com/max`,
    );
  }
  return Object.freeze<DefinedKind<T>>({
    name,
    empty,
    join: (left, right) => definition.join(left, right),
    encode: (value) => definition.encode(value),
    decode: (encoded) => definition.decode(encoded),
    change: (current, written, changeId) =>
      definition.change ? definition.change(current, written, changeId) : definition.decode(written),
    show: (value) => (definition.show ? definition.show(value) : definition.encode(value)),
  });
};

/** Whether `merge` came out of `defineMergeKind`, of whichever copy of this package. */
export const isDefinedKind = (merge: unknown): merge is DefinedKind => {
  const { name, show } = (typeof merge === "object" && merge !== null ? merge : {}) as Partial<DefinedKind>;
  return typeof name === "string" && isNamedKind(name) && typeof show === "function";
};
