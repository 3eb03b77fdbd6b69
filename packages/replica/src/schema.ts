import type { MergeKind } from "@concordat/crdt";
import type { StandardSchema } from "./standard-schema.js";

/** How an attribute is written here; `register` where nothing is said. It travels with each state, not as a schema. */
export interface AttributeSchema {
  readonly merge?: MergeKind;
  /** No two live entries show the same value; a merge that brings one shows it once, and lists the others. */
  readonly unique?: boolean;
  /** Values are uuids of other entries, as text; those of entries that are not there are hidden. */
  readonly reference?: boolean;
  /** Entries are found by what they show of it (`Replica.find`). For registers and sets: each element of a set is found. */
  readonly index?: boolean;
  readonly required?: boolean;
  /** Entries whose value it does not accept are listed as conflicts, and cannot be written here. */
  readonly validate?: StandardSchema;
}

/** By attribute name. */
export type Schema = Readonly<Record<string, AttributeSchema>>;

export const mergeKindOf = (schema: Schema, name: string): MergeKind =>
  (Object.hasOwn(schema, name) && schema[name]?.merge) || "register";
