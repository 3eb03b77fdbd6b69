import { type AttributeState, mergeAttributes } from "./attribute-state.js";
import { compareChangeIds } from "./change-id.js";
import { conflictUuid } from "./conflict-uuid.js";
import type { EntryState, LiveEntry, Tombstone } from "./entry-state.js";
import { mergedMap } from "./keyed-state.js";

/** Whether the two speak of the same creation of the same uuid. */
export const sameCreation = (left: EntryState, right: EntryState): boolean =>
  compareChangeIds(left.createdAt, right.createdAt) === 0;

/**
 * The join of two states of one creation; `local` itself when it already holds all of `incoming`.
 *
 * A tombstone wins over life; of two tombstones the earlier deletion stays; two lives merge attribute by attribute.
 * Commutative, associative, idempotent. Pure; cost follows the size of `incoming` as long as nothing in `local`
 * changes. Model, section 3.
 *
 * @throws DuplicateChangeError when one change id comes with two values.
 */
export const mergeEntry = (local: EntryState, incoming: EntryState): EntryState => {
  if (local.kind === "live") return incoming.kind === "live" ? mergeLives(local, incoming) : incoming;
  return incoming.kind === "live" ? local : earlierTombstone(local, incoming);
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

const mergeLives = (local: LiveEntry, incoming: LiveEntry): LiveEntry => {
  const attributes = mergedMap<string, AttributeState>(local.attributes, incoming.attributes, mergeAttributes);
  return attributes === local.attributes ? local : { ...local, attributes };
};

const earlierTombstone = (local: Tombstone, incoming: Tombstone): Tombstone =>
  compareChangeIds(local.deletedAt, incoming.deletedAt) <= 0 ? local : incoming;
