import { type AttributeState, causalChangesOfAttribute, newestChangeOf } from "./attribute-state.js";
import { type CausalChange, contextOver, NO_CONTEXT } from "./causal-context.js";
import { type ChangeId, laterChangeId } from "./change-id.js";
import { type RegisterState, registerOf, versionsOf } from "./register-state.js";
import type { ServerUuid, Uuid } from "./uuid.js";

/**
 * What replicas exchange and merge about one entry. A state that lacks some attributes is a part of a larger one (a
 * delta): merging it is enough. Model, section 2.
 */
export type EntryState = LiveEntry | Tombstone;

export interface LiveEntry extends EntryIdentity {
  readonly kind: "live";
  readonly attributes: ReadonlyMap<string, AttributeState>;
}

/**
 * The mark that an entry was deleted, with what it held: an update that its deletion did not know of is kept, and can
 * be brought back, until the tombstone is purged. Model, section 3.
 */
export interface Tombstone extends EntryIdentity {
  readonly kind: "tombstone";
  /** The newest deletion; its siblings are others that did not know of it. None has a value. */
  readonly deletion: RegisterState;
  readonly attributes: ReadonlyMap<string, AttributeState>;
}

/** When an entry was deleted: the earliest of its deletions that did not know of each other. */
export const deletedAtOf = ({ deletion }: Tombstone): ChangeId => (deletion.siblings.at(-1) ?? deletion).changeId;

/** One creation of one uuid. */
export interface EntryIdentity {
  readonly uuid: Uuid;
  readonly createdAt: ChangeId;
  /** The uuid that this creation lost to an earlier one; it lives under a derived uuid since. Model, section 3. */
  readonly conflictOf: Uuid | undefined;
}

/** The newest change id anywhere in `entry`. */
export const newestChangeOfEntry = (entry: EntryState): ChangeId => {
  let newest = entry.kind === "tombstone" ? laterChangeId(entry.createdAt, entry.deletion.changeId) : entry.createdAt;
  for (const state of entry.attributes.values()) {
    const change = newestChangeOf(state);
    if (change !== undefined) newest = laterChangeId(newest, change);
  }
  return newest;
};

/**
 * The tombstone that a deletion at `changeId` leaves of `entry`, all of which its writer knows; over a tombstone, the
 * deletion anew, which then knows what the ones before it did not.
 */
export const deletedEntry = (entry: EntryState, changeId: ChangeId): Tombstone => {
  const { uuid, createdAt, conflictOf, attributes } = entry;
  const context = contextOver(causalChangesOf(entry), changeId.server);
  const deletion = registerOf([{ changeId, value: undefined, context }]);
  return { kind: "tombstone", uuid, createdAt, conflictOf, deletion, attributes };
};

/** Of each server that has a change in `entry`, the newest of them, in microseconds. */
export const newestChangesByServer = (entry: EntryState): Map<ServerUuid, number> => {
  const newest = new Map<ServerUuid, number>();
  for (const { changeId } of causalChangesOf(entry)) {
    const { server, ts } = changeId;
    if (ts > (newest.get(server) ?? -1)) newest.set(server, ts);
  }
  return newest;
};

/** Every change in `entry`, with what its writer knew. */
function* causalChangesOf(entry: EntryState): Generator<CausalChange> {
  yield { changeId: entry.createdAt, context: NO_CONTEXT };
  if (entry.kind === "tombstone") yield* versionsOf(entry.deletion);
  for (const state of entry.attributes.values()) yield* causalChangesOfAttribute(state);
}
