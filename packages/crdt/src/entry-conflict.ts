import { type AttributeState, visibleKind } from "./attribute-state.js";
import type { EntryState } from "./entry-state.js";
import { lostUpdates } from "./lost-updates.js";
import { type RegisterState, sameValue, type Version } from "./register-state.js";
import type { Uuid } from "./uuid.js";

/** What lost a merge and is still there, until somebody settles it. Model, section 3. */
export type EntryConflict = CreationConflict | DeletionConflict | OverwriteConflict;

/** This creation lost its uuid to an earlier one. */
export interface CreationConflict {
  readonly kind: "creation";
  /** The uuid that it lost. */
  readonly lostUuid: Uuid;
}

/** The entry was updated while it was being deleted elsewhere. */
export interface DeletionConflict {
  readonly kind: "deletion";
  /** The states that hold what the deletion did not know of. */
  readonly lost: ReadonlyMap<string, AttributeState>;
}

/** One place was written by several who did not know of each other, and not alike. */
export interface OverwriteConflict {
  readonly kind: "overwrite";
  readonly attribute: string;
  /** Of a map. */
  readonly key: string | undefined;
  readonly winner: Version;
  /** The newest first. Each differs from the winner. */
  readonly losers: readonly Version[];
}

/** The conflicts that the merged state of `entry` holds: the same on every node that has the same state. Pure. */
export const conflictsIn = (entry: EntryState): EntryConflict[] => {
  if (entry.kind === "tombstone") {
    const lost = lostUpdates(entry);
    return lost ? [{ kind: "deletion", lost }] : [];
  }
  const conflicts: EntryConflict[] = [];
  if (entry.conflictOf !== undefined) conflicts.push({ kind: "creation", lostUuid: entry.conflictOf });
  for (const [attribute, state] of entry.attributes) {
    if (!hasSiblings(state)) continue;
    for (const [key, register] of shownRegisters(state)) {
      const losers = register.siblings.filter(({ value }) => !sameValue(value, register.value));
      if (losers.length > 0) conflicts.push({ kind: "overwrite", attribute, key, winner: register, losers });
    }
  }
  return conflicts;
};

/** Looked at first: most places never had two writers at once. */
const hasSiblings = ({ register, map }: AttributeState): boolean => {
  if (register && register.siblings.length > 0) return true;
  for (const one of map?.keys.values() ?? NO_REGISTERS) if (one.siblings.length > 0) return true;
  return false;
};

const NO_REGISTERS: readonly RegisterState[] = [];

const shownRegisters = (state: AttributeState): Iterable<readonly [string | undefined, RegisterState]> => {
  const kind = visibleKind(state);
  if (kind === "register" && state.register) return [[undefined, state.register]];
  return kind === "map" ? (state.map?.keys ?? []) : [];
};
