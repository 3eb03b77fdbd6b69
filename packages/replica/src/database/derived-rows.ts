import { conflictsIn, type EntryState, purgeableSince, type Uuid } from "@concordat/crdt";
import type { Operation } from "@concordat/storage";
import { conflictKey, purgeKey } from "./key-space.js";

const PRESENT = new Uint8Array(0);

/**
 * The rows that follow from the state of an entry alone, as the commit that replaces `before` by `after` changes them:
 * where to find what can be purged, and what lost a merge.
 */
export const derivedOperations = (
  uuid: Uuid,
  before: EntryState | undefined,
  after: EntryState | undefined,
): Operation[] => {
  const operations: Operation[] = [];
  const wasDue = before && purgeableSince(before);
  const isDue = after && purgeableSince(after);
  if (wasDue !== isDue) {
    if (wasDue !== undefined) operations.push({ key: purgeKey(wasDue, uuid), value: undefined });
    if (isDue !== undefined) operations.push({ key: purgeKey(isDue, uuid), value: PRESENT });
  }
  const hadConflict = before !== undefined && conflictsIn(before).length > 0;
  const hasConflict = after !== undefined && conflictsIn(after).length > 0;
  if (hadConflict !== hasConflict)
    operations.push({ key: conflictKey(uuid), value: hasConflict ? PRESENT : undefined });
  return operations;
};
