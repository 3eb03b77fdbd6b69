import { type AttributeState, type MergeKind, shownNamed, visibleKind } from "@concordat/crdt";
import type { KnownKinds } from "../constraint/constraints.js";
import { oneValue } from "../kind/one-value.js";
import { visibleValue } from "../read/entry-view.js";
import { type AttributeEdit, replacementEditOf } from "./attribute-edit.js";

/** The edit that makes an attribute what `state`, one of another entry, shows: of the kind that it has there, whatever the schema says. */
export const takeOverEdit = (name: string, state: AttributeState | undefined, kinds: KnownKinds): AttributeEdit => {
  const named = state && shownNamed(state);
  if (named) return { kind: "named", name: named.kind, value: oneValue(name, named, kinds.get(name)) };
  const value = state && visibleValue(state, undefined);
  if (value === undefined) return { kind: "remove" };
  return replacementEditOf(value, visibleKind(state as AttributeState) as MergeKind);
};
