import { type AttributeState, unseenAttribute } from "./attribute-state.js";
import type { EntryState, Tombstone } from "./entry-state.js";
import { lostUpdates } from "./lost-updates.js";
import { unseenRegister, versionsOf } from "./register-state.js";
import { isUnseen, type Seen } from "./ruv.js";

/**
 * What of `entry` a consumer that has `seen` lacks: a creation that it has not seen whole, a deletion that it has not
 * seen, and the states with any change id beyond what it has seen of that change's server (no upper bound);
 * `undefined` when there is nothing. A tombstone that holds lost updates, or of whose deletions one has been seen and another has
 * not, goes whole: whoever has seen the deletion may have purged the rest. Model, section 5.
 */
export const unseenPart = (entry: EntryState, seen: Seen): EntryState | undefined => {
  if (isUnseen(entry.createdAt, seen)) return entry;
  const attributes = new Map<string, AttributeState>();
  for (const [name, state] of entry.attributes) {
    const unseen = unseenAttribute(state, seen);
    if (unseen) attributes.set(name, unseen);
  }
  const newDeletion = entry.kind === "tombstone" && unseenRegister(entry.deletion, seen) !== undefined;
  if (attributes.size === 0 && !newDeletion) return undefined;
  if (entry.kind === "tombstone" && (isDeletionSeen(entry, seen) || lostUpdates(entry))) return entry;
  return { ...entry, attributes };
};

const isDeletionSeen = ({ deletion }: Tombstone, seen: Seen): boolean =>
  versionsOf(deletion).some(({ changeId }) => !isUnseen(changeId, seen));
