import { MERGE_KINDS, type MergeKind } from "@concordat/crdt";
import { type DefinedKind, isDefinedKind } from "./kind/merge-kind.js";
import { ReplicaError } from "./replica-error.js";
import type { StandardSchema } from "./standard-schema.js";

/** How an attribute is written here; `register` where nothing is said. It travels with each state, not as a schema. */
export interface AttributeSchema {
  /** A kind of the model, or one that `defineMergeKind` made: values of that are neither unique, nor references, nor indexed. */
  readonly merge?: MergeKind | DefinedKind;
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

export const mergeKindOf = (schema: Schema, name: string): MergeKind | DefinedKind =>
  (Object.hasOwn(schema, name) && schema[name]?.merge) || "register";

/** What a schema in JavaScript may say and none means. @throws ReplicaError `invalid_schema`. */
export const checkSchema = (schema: Schema): void => {
  for (const [name, { merge = "register", ...rest }] of Object.entries(schema)) {
    if (isDefinedKind(merge)) {
      const unusable = (["unique", "reference", "index"] as const).find((key) => rest[key]);
      if (unusable)
        throw invalid(name, `${unusable} is for registers and sets, and ${merge.name} is a kind of your own`);
    } else if (!MERGE_KINDS.includes(merge)) {
      throw invalid(name, `merge takes ${MERGE_KINDS.join(", ")}, or what defineMergeKind made`);
    }
  }
};

const invalid = (name: string, message: string): ReplicaError =>
  new ReplicaError("invalid_schema", `attribute ${JSON.stringify(name)}: ${message}`);
