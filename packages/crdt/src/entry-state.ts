import type { AttributeState } from "./attribute-state.js";
import { newestChangeOf } from "./attribute-state.js";
import { type ChangeId, laterChangeId } from "./change-id.js";
import type { Uuid } from "./uuid.js";

/**
 * What replicas exchange and merge about one entry. A state that lacks some attributes is a part of a larger one (a
 * delta): merging it is enough. Model, section 2.
 */
export type EntryState = LiveEntry | Tombstone;

export interface LiveEntry extends EntryIdentity {
  readonly kind: "live";
  readonly attributes: ReadonlyMap<string, AttributeState>;
}

/** The mark that an entry was deleted. */
export interface Tombstone extends EntryIdentity {
  readonly kind: "tombstone";
  readonly deletedAt: ChangeId;
}

/** One creation of one uuid. */
export interface EntryIdentity {
  readonly uuid: Uuid;
  readonly createdAt: ChangeId;
  /** The uuid that this creation lost to an earlier one; it lives under a derived uuid since. Model, section 3. */
  readonly conflictOf: Uuid | undefined;
}

/** The newest change id anywhere in `entry`. */
export const newestChangeOfEntry = (entry: EntryState): ChangeId => {
  if (entry.kind === "tombstone") return laterChangeId(entry.createdAt, entry.deletedAt);
  let newest = entry.createdAt;
  for (const state of entry.attributes.values()) {
    const change = newestChangeOf(state);
    if (change !== undefined) newest = laterChangeId(newest, change);
  }
  return newest;
};
