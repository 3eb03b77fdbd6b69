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
  const move = (from: Uint8Array | undefined, to: Uint8Array | undefined): void => {
    if (from) operations.push({ key: from, value: undefined });
    if (to) operations.push({ key: to, value: PRESENT });
  };
  const [wasDue, isDue] = [before, after].map((state) => state && purgeableSince(state));
  if (wasDue !== isDue)
    move(
      wasDue === undefined ? undefined : purgeKey(wasDue, uuid),
      isDue === undefined ? undefined : purgeKey(isDue, uuid),
    );
  const [hadConflict, hasConflict] = [before, after].map(
    (state) => state !== undefined && conflictsIn(state).length > 0,
  );
  if (hadConflict && !hasConflict) move(conflictKey(uuid), undefined);
  if (hasConflict && !hadConflict) move(undefined, conflictKey(uuid));
  return operations;
};
