import { type AttributeState, mergeAttributes } from "./attribute-state.js";
import { compareChangeIds } from "./change-id.js";
import { conflictUuid } from "./conflict-uuid.js";
import type { EntryState } from "./entry-state.js";
import { mergedMap } from "./keyed-state.js";
import { mergeRegisters, type RegisterState } from "./register-state.js";

/** Whether the two speak of the same creation of the same uuid. */
export const sameCreation = (left: EntryState, right: EntryState): boolean =>
  compareChangeIds(left.createdAt, right.createdAt) === 0;

/**
 * The join of two states of one creation; `local` itself when it already holds all of `incoming`.
 *
 * A tombstone wins over life; deletions that did not know of each other stay side by side; what the entry holds merges
 * attribute by attribute, under a tombstone too, so that an update that the deletion did not know of is not lost.
 * Commutative, associative, idempotent. Pure; cost follows the size of `incoming` as long as nothing in `local`
 * changes. Model, section 3.
 *
 * @throws DuplicateChangeError when one change id comes with two values.
 */
export const mergeEntry = (local: EntryState, incoming: EntryState): EntryState => {
  const attributes = mergedMap<string, AttributeState>(local.attributes, incoming.attributes, mergeAttributes);
  const deletion = mergedDeletion(deletionOf(local), deletionOf(incoming));
  if (attributes === local.attributes && deletion === deletionOf(local)) return local;
  const { uuid, createdAt, conflictOf } = local;
  return deletion
    ? { kind: "tombstone", uuid, createdAt, conflictOf, deletion, attributes }
    : { kind: "live", uuid, createdAt, conflictOf, attributes };
};

/**
 * `state` as the conflict entry that it becomes when an earlier creation holds its uuid: the same change ids under a
 * uuid that every node derives alike, marked with the uuid that it lost. Model, section 3.
 */
export const asConflict = <E extends EntryState>(state: E): E => ({
  ...state,
  uuid: conflictUuid(state.uuid, state.createdAt),
  conflictOf: state.uuid,
});

/** `state` under the other of the two uuids that its creation may be held under: the one that it lost, or would live under if it did. */
export const underOtherUuid = <E extends EntryState>(state: E): E =>
  state.conflictOf === undefined ? asConflict(state) : { ...state, uuid: state.conflictOf, conflictOf: undefined };

const deletionOf = (entry: EntryState): RegisterState | undefined =>
  entry.kind === "tombstone" ? entry.deletion : undefined;

const mergedDeletion = (
  local: RegisterState | undefined,
  incoming: RegisterState | undefined,
): RegisterState | undefined => (local && incoming ? mergeRegisters(local, incoming) : (local ?? incoming));
