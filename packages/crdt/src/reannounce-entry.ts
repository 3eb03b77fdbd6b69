import type { AttributeState } from "./attribute-state.js";
import { type ChangeId, compareChangeIds } from "./change-id.js";
import { conflictUuid } from "./conflict-uuid.js";
import type { CounterState, CounterTotal } from "./counter-state.js";
import type { EntryState } from "./entry-state.js";
import { type RegisterState, registerOf, type Version, versionsOf } from "./register-state.js";
import { isUnseen } from "./ruv.js";
import type { SetElement } from "./set-state.js";
import { unseenPart } from "./supply-filter.js";
import type { ServerUuid } from "./uuid.js";

/** A history that one server uuid has twice, and the uuid that one of the two goes on under. */
export interface Reannouncement {
  readonly from: ServerUuid;
  /** The last time, in microseconds, at which both histories are one. */
  readonly after: number;
  readonly to: ServerUuid;
  /** What `from` had added to the counter of that attribute at `after`; `undefined` when nothing. */
  readonly baseOf: (attribute: string) => CounterTotal | undefined;
}

/**
 * `entry` with every change of `from` after `after` under the server uuid `to` instead, at the same time; `undefined`
 * when it has none. What such a change knew of `from` ends at `after`. A counter is split: `from` keeps what it had
 * at `after`, `to` has what was added since. A conflict entry that was created after `after` moves to the uuid that its new creation
 * gives it. Pure. Model, section 6.
 */
export const reannouncedEntry = (entry: EntryState, how: Reannouncement): EntryState | undefined => {
  const seen = (server: ServerUuid): number => (server === how.from ? how.after : Number.POSITIVE_INFINITY);
  if (unseenPart(entry, seen) === undefined) return undefined;
  const moved = (changeId: ChangeId): ChangeId =>
    isUnseen(changeId, seen) ? { ts: changeId.ts, server: how.to } : changeId;
  const attributes = new Map<string, AttributeState>();
  for (const [name, state] of entry.attributes) attributes.set(name, reannouncedAttribute(name, state, moved, how));
  const createdAt = moved(entry.createdAt);
  const uuid =
    entry.conflictOf && createdAt !== entry.createdAt ? conflictUuid(entry.conflictOf, createdAt) : entry.uuid;
  if (entry.kind === "live") return { ...entry, uuid, createdAt, attributes };
  return { ...entry, uuid, createdAt, attributes, deletion: reannouncedRegister(entry.deletion, moved, how) };
};

type Move = (changeId: ChangeId) => ChangeId;

const reannouncedAttribute = (
  name: string,
  { register, set, map, counter, named }: AttributeState,
  moved: Move,
  how: Reannouncement,
): AttributeState => ({
  register: register && reannouncedRegister(register, moved, how),
  set: set && { elements: mapped(set.elements, (element) => reannouncedElement(element, moved)) },
  map: map && { keys: mapped(map.keys, (key) => reannouncedRegister(key, moved, how)) },
  counter: counter && splitCounter(counter, how, how.baseOf(name)),
  named: named && mapped(named, (one) => reannouncedRegister(one, moved, how)),
});

const reannouncedElement = ({ changeId, present }: SetElement, moved: Move): SetElement => ({
  changeId: moved(changeId),
  present,
});

/** Both histories count on from `base`. */
const splitCounter = (
  state: CounterState,
  { from, after, to }: Reannouncement,
  base: CounterTotal | undefined,
): CounterState => {
  const total = state.totals.get(from);
  if (total === undefined || total.ts <= after) return state;
  const totals = new Map(state.totals);
  if (base) totals.set(from, base);
  else totals.delete(from);
  return { totals: totals.set(to, beyond(total, base)) };
};

const beyond = ({ ts, increments, decrements }: CounterTotal, base: CounterTotal | undefined): CounterTotal => ({
  ts,
  increments: increments - (base?.increments ?? 0),
  decrements: decrements - (base?.decrements ?? 0),
});

const reannouncedRegister = (state: RegisterState, moved: Move, { from, after }: Reannouncement): RegisterState => {
  const version = (one: Version): Version => {
    const changeId = moved(one.changeId);
    if (changeId === one.changeId) return one;
    // What one server writes knows what it wrote before, without a word; under another uuid it has to be said.
    return { ...one, changeId, context: after === 0 ? one.context : new Map(one.context).set(from, after) };
  };
  const versions = versionsOf(state).map(version);
  versions.sort((left, right) => compareChangeIds(right.changeId, left.changeId));
  return registerOf(versions as [Version, ...Version[]]);
};

const mapped = <K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> =>
  new Map([...map].map(([key, value]) => [key, change(value)]));
