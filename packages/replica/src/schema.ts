import type { MergeKind } from "@concordat/crdt";

/** How an attribute is written here; `register` where nothing is said. It travels with each state, not as a schema. */
export interface AttributeSchema {
  readonly merge?: MergeKind;
  readonly unique?: boolean;
  readonly reference?: boolean;
  readonly required?: boolean;
}

/** By attribute name. */
export type Schema = Readonly<Record<string, AttributeSchema>>;

export const mergeKindOf = (schema: Schema, name: string): MergeKind =>
  (Object.hasOwn(schema, name) && schema[name]?.merge) || "register";
