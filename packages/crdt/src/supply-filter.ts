import { type AttributeState, unseenAttribute } from "./attribute-state.js";
import type { EntryState } from "./entry-state.js";
import { isUnseen, type Seen } from "./ruv.js";

/**
 * What of `entry` a consumer that has `seen` lacks: a tombstone or a creation that it has not seen whole, otherwise
 * the states with any change id beyond what it has seen of that change's server (no upper bound), or `undefined`
 * when there are none. Model, section 5.
 */
export const unseenPart = (entry: EntryState, seen: Seen): EntryState | undefined => {
  if (isUnseen(entry.createdAt, seen)) return entry;
  if (entry.kind === "tombstone") return isUnseen(entry.deletedAt, seen) ? entry : undefined;
  const attributes = new Map<string, AttributeState>();
  for (const [name, state] of entry.attributes) {
    const unseen = unseenAttribute(state, seen);
    if (unseen) attributes.set(name, unseen);
  }
  return attributes.size === 0 ? undefined : { ...entry, attributes };
};
