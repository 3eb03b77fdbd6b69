import type { ChangeId, NamedKind, Uuid, Value } from "@concordat/crdt";

/** Attribute values by name. */
export type Attributes = Readonly<Record<string, Value>>;

/** What an entry holds, as a reader sees it. */
export interface EntryContent {
  /** A `set` shows as an array in the order of its elements' encoded bytes, a `map` as an object, a `counter` as a number. */
  readonly attributes: Attributes;
  /** By name, the attributes of a merge kind that the schema does not say of them: they are kept, and passed on. */
  readonly unread: Readonly<Record<string, UnreadAttribute>>;
}

/** What was written to an attribute, as it is: what it amounts to is known where the merge kind is. */
export interface UnreadAttribute {
  readonly merge: NamedKind;
  /** The newest first; several, where they were written without knowing of each other. */
  readonly versions: readonly Value[];
  /** Why the kind cannot read them, where the schema says it. */
  readonly problem?: string;
}

/** A live entry as a reader sees it. */
export interface Entry extends EntryContent {
  readonly uuid: Uuid;
  readonly createdAt: ChangeId;
  readonly modifiedAt: ChangeId;
  /** The uuid that this entry lost to an earlier creation. */
  readonly conflictOf: Uuid | undefined;
  /** Attributes of which something is not shown, since a constraint of the schema hides it: see the conflicts. */
  readonly hidden: readonly string[];
  /** Equal on any two nodes exactly when the merged states are: an entity tag. 16 hexadecimal digits. */
  readonly version: string;
}

/** What a uuid names here. */
export type Lookup =
  | { readonly kind: "live"; readonly entry: Entry }
  | { readonly kind: "tombstone"; readonly deletedAt: ChangeId }
  | { readonly kind: "absent" };

/** What `modify` does to one attribute: a plain value replaces, `undefined` removes. */
export type AttributeChange = Value | undefined | ElementsChange | KeysChange | CounterChange;

/** For a `set`. Both at once: removed first. */
export interface ElementsChange {
  readonly add?: readonly Value[];
  readonly remove?: readonly Value[];
}

/** For a `map`: keys to write, keys to remove. */
export interface KeysChange {
  readonly set?: Readonly<Record<string, Value>>;
  readonly remove?: readonly string[];
}

/** For a `counter`; negative takes away. */
export interface CounterChange {
  readonly increment: number;
}

export type AttributeChanges = Readonly<Record<string, AttributeChange>>;
