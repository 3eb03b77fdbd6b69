import { type AttributeState, kindsOf } from "./attribute-state.js";
import type { EntryState } from "./entry-state.js";

/**
 * Whether an entry is as most are: live, in its own place, each attribute a register with one value that nobody contests. There is
 * nothing in it to purge, to settle, or to count. Pure, and makes nothing.
 */
export const isPlainEntry = (entry: EntryState): boolean => {
  if (entry.kind !== "live" || entry.conflictOf !== undefined) return false;
  for (const state of entry.attributes.values()) if (!isPlainAttribute(state)) return false;
  return true;
};

const isPlainAttribute = (state: AttributeState): boolean => {
  const { register } = state;
  return register?.value !== undefined && register.siblings.length === 0 && kindsOf(state) === 1;
};
