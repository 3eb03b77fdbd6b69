import { type AttributeState, kindsOf } from "./attribute-state.js";
import { isKnownTo } from "./causal-context.js";
import type { ChangeId } from "./change-id.js";
import type { EntryState, Tombstone } from "./entry-state.js";
import { filteredMap } from "./keyed-state.js";
import { lostUpdates } from "./lost-updates.js";
import { type RegisterState, versionsOf } from "./register-state.js";
import type { ServerUuid } from "./uuid.js";

/** What a purge leaves of an entry. */
export interface PurgedEntry {
  /** `undefined` when the whole entry goes. */
  readonly entry: EntryState | undefined;
  /** Of each server, the newest time among the deletions and removal marks that go, in microseconds. */
  readonly purged: ReadonlyMap<ServerUuid, number>;
}

/**
 * `entry` without its tombstone or removal marks that `isDue`; `undefined` when nothing goes.
 *
 * A tombstone goes as a whole, once all of its deletions are due, and not while it holds an update that was lost. One that is
 * not due goes with one of the same time that is: a deletion that was announced anew may have come back under the server uuid
 * that it was withdrawn from, which nobody will ever claim it under. A mark that beat a concurrent write stays until a later
 * one settles it, and so do the marks of an attribute with states of several kinds, which may be what hides the others. The marks
 * under a tombstone that its deletion knew go like any others: where they were purged before it came, they are not there.
 * Model, section 7.
 */
export const purgeEntry = (entry: EntryState, isDue: (change: ChangeId) => boolean): PurgedEntry | undefined =>
  (entry.kind === "tombstone" && purgeTombstone(entry, isDue)) || purgeMarks(entry, isDue);

/** The time, in microseconds, from which on a purge finds something in `entry`; `undefined` when it never will. */
export const purgeableSince = (entry: EntryState): number | undefined => {
  let oldest = entry.kind === "live" || lostUpdates(entry) ? undefined : entry.deletion.changeId.ts;
  const isLost = lostIn(entry);
  const note = (change: ChangeId, isMark: boolean): boolean => {
    if (isMark && !isLost(change)) oldest = Math.min(change.ts, oldest ?? change.ts);
    return true;
  };
  // Most entries have no mark at all: nothing is made for them.
  for (const state of entry.attributes.values()) unpurged(state, note);
  return oldest;
};

const purgeTombstone = (entry: Tombstone, isDue: (change: ChangeId) => boolean): PurgedEntry | undefined => {
  const deletions = versionsOf(entry.deletion).map(({ changeId }) => changeId);
  const purged = deletions.filter(isDue);
  const goes = ({ ts }: ChangeId): boolean => purged.some((due) => due.ts === ts);
  if (!deletions.every(goes) || lostUpdates(entry)) return undefined;
  return { entry: undefined, purged: new Map(purged.map(({ server, ts }) => [server, ts])) };
};

const purgeMarks = (entry: EntryState, isDue: (change: ChangeId) => boolean): PurgedEntry | undefined => {
  const purged = new Map<ServerUuid, number>();
  const isLost = lostIn(entry);
  const keep = (change: ChangeId, isMark: boolean): boolean => {
    if (!isMark || isLost(change) || !isDue(change)) return true;
    purged.set(change.server, Math.max(change.ts, purged.get(change.server) ?? 0));
    return false;
  };
  const attributes = new Map<string, AttributeState>();
  for (const [name, state] of entry.attributes) {
    const kept = unpurged(state, keep);
    if (kept) attributes.set(name, kept);
  }
  return purged.size === 0 ? undefined : { entry: { ...entry, attributes }, purged };
};

/** Whether no deletion of the entry knew of a change in it. */
const lostIn = (entry: EntryState): ((change: ChangeId) => boolean) => {
  if (entry.kind === "live") return () => false;
  const deletions = versionsOf(entry.deletion);
  return (change) => !deletions.some((deletion) => isKnownTo(deletion, change));
};

/** What of one attribute stays; `undefined` when nothing does. */
const unpurged = (
  state: AttributeState,
  keep: (change: ChangeId, isMark: boolean) => boolean,
): AttributeState | undefined => {
  const { register, set, map, named } = state;
  const keepRegister = (one: RegisterState): boolean =>
    keep(one.changeId, one.value === undefined && one.siblings.length === 0);
  if (kindsOf(state) > 1) return state;
  if (register) return keepRegister(register) ? state : undefined;
  if (set) {
    const elements = filteredMap(set.elements, ({ changeId, present }) => keep(changeId, !present));
    return elements && (elements === set.elements ? state : { set: { elements } });
  }
  if (map) {
    const keys = filteredMap(map.keys, keepRegister);
    return keys && (keys === map.keys ? state : { map: { keys } });
  }
  const [only] = named?.values() ?? [];
  return only === undefined || keepRegister(only) ? state : undefined;
};
