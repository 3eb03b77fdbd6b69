import {
  type AttributeState,
  type ChangeId,
  counterValue,
  elementKey,
  type MergeKind,
  type NamedKind,
  type SetElement,
  sameBytes,
  shownNamed,
  type Value,
  type ValueBytes,
  valuesIn,
  visibleKind,
  writtenRegister,
} from "@concordat/crdt";
import { encodeValue } from "@concordat/protocol";
import { encodedValue, joinedValue } from "../kind/joined-value.js";
import { ReplicaError } from "../replica-error.js";
import type { AttributeEdit, UsersEdit } from "./attribute-edit.js";

/**
 * `state` after a local change of one attribute; `state` itself when nothing changes, so that writing what is there
 * already costs no change. Pure. @throws ReplicaError `invalid_change`.
 */
export const writeAttribute = (
  name: string,
  state: AttributeState | undefined,
  edit: () => AttributeEdit,
  changeId: ChangeId,
): AttributeState | undefined => {
  try {
    return applyEdit(state, edit(), changeId);
  } catch (cause) {
    if (cause instanceof ReplicaError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReplicaError("invalid_change", `attribute ${JSON.stringify(name)}: ${reason}`, { cause });
  }
};

const applyEdit = (
  state: AttributeState | undefined,
  edit: AttributeEdit,
  changeId: ChangeId,
): AttributeState | undefined => {
  switch (edit.kind) {
    case "remove":
      return removeVisible(state, changeId);
    case "named":
      return writeNamed(state, edit.name, edit.value, changeId);
    case "users":
      return writeUsers(state, edit, changeId);
    case "register":
      return writeRegister(state, edit.value, changeId);
    case "set-replace":
      return replaceElements(state, edit.elements, changeId);
    case "set":
      return writeElements(state, edit.remove, edit.add, changeId);
    case "map-replace":
      return replaceKeys(state, edit.entries, changeId);
    case "map":
      return writeKeys(state, edit.remove, edit.set, changeId);
    case "counter-assign":
      return addToCounter(state, edit.value - (state?.counter ? counterValue(state.counter) : 0), changeId);
    case "counter":
      return addToCounter(state, edit.increment, changeId);
  }
};

const writeRegister = (state: AttributeState | undefined, value: Value, changeId: ChangeId): AttributeState => {
  const bytes = encodeValue(value);
  const current = state?.register?.value;
  if (state && current && isShown(state, "register") && sameBytes(current, bytes)) return state;
  return { ...state, register: writtenRegister(state?.register, changeId, bytes) };
};

/**
 * One version that holds what all that are there hold, and what is written: so the joined value of all that was ever written, and not
 * removed, stands on every node. Writing what is held already is no change.
 */
const writeUsers = (
  state: AttributeState | undefined,
  { merge, written, isWhole }: UsersEdit,
  changeId: ChangeId,
): AttributeState => {
  const [first, ...others] = valuesIn(state?.named?.get(merge.name));
  const current = first && joinedValue(merge, [first, ...others]);
  const isCurrent = current !== undefined && isShown(state, merge.name);
  if (state && isCurrent && isWhole && sameBytes(encodeValue(merge.show(current)), encodeValue(written))) return state;
  const base = current ?? merge.empty;
  const value = encodedValue(merge, merge.join(base, merge.change(base, written, changeId)));
  if (state && isCurrent && sameBytes(value, encodedValue(merge, current))) return state;
  return writeNamed(state, merge.name, value, changeId);
};

const writeNamed = (
  state: AttributeState | undefined,
  kind: NamedKind,
  value: ValueBytes | undefined,
  changeId: ChangeId,
): AttributeState => ({
  ...state,
  named: new Map(state?.named).set(kind, writtenRegister(state?.named?.get(kind), changeId, value)),
});

const replaceElements = (
  state: AttributeState | undefined,
  elements: readonly Value[],
  changeId: ChangeId,
): AttributeState | undefined => {
  if (elements.length === 0 && !isShown(state, "set")) return removeVisible(state, changeId);
  const keep = new Set(elements.map((element) => elementKey(encodeValue(element))));
  const gone = presentElements(state).filter((key) => !keep.has(key));
  return changeElements(state, gone, [...keep], changeId);
};

const writeElements = (
  state: AttributeState | undefined,
  remove: readonly Value[],
  add: readonly Value[],
  changeId: ChangeId,
): AttributeState | undefined => {
  const key = (element: Value): string => elementKey(encodeValue(element));
  return changeElements(state, remove.map(key), add.map(key), changeId);
};

/** Removes, then adds: where both name an element, it is there afterwards. */
const changeElements = (
  state: AttributeState | undefined,
  remove: readonly string[],
  add: readonly string[],
  changeId: ChangeId,
): AttributeState | undefined => {
  const before = state?.set?.elements ?? new Map<string, SetElement>();
  const after = new Map(before);
  const isPresent = (key: string): boolean => before.get(key)?.present === true;
  const adding = new Set(add);
  for (const key of remove) if (isPresent(key) && !adding.has(key)) after.set(key, { changeId, present: false });
  // A set that another kind hides shows again once a change of its own is the newest.
  const hidden = !isShown(state, "set");
  for (const key of adding) if (hidden || !isPresent(key)) after.set(key, { changeId, present: true });
  const changed = after.size !== before.size || [...after].some(([key, element]) => before.get(key) !== element);
  return changed ? { ...state, set: { elements: after } } : state;
};

const replaceKeys = (
  state: AttributeState | undefined,
  entries: Readonly<Record<string, Value>>,
  changeId: ChangeId,
): AttributeState | undefined => {
  if (Object.keys(entries).length === 0 && !isShown(state, "map")) return removeVisible(state, changeId);
  const gone = presentKeys(state).filter((key) => !Object.hasOwn(entries, key));
  return writeKeys(state, gone, entries, changeId);
};

const writeKeys = (
  state: AttributeState | undefined,
  remove: readonly string[],
  set: Readonly<Record<string, Value>>,
  changeId: ChangeId,
): AttributeState | undefined => {
  const keys = new Map(state?.map?.keys);
  const hidden = !isShown(state, "map");
  let changed = false;
  for (const key of remove) {
    if (Object.hasOwn(set, key) || keys.get(key)?.value === undefined) continue;
    keys.set(key, writtenRegister(keys.get(key), changeId, undefined));
    changed = true;
  }
  for (const [key, value] of Object.entries(set)) {
    const bytes = encodeValue(value);
    const before = keys.get(key);
    if (before?.value && sameBytes(before.value, bytes) && !hidden) continue;
    keys.set(key, writtenRegister(before, changeId, bytes));
    changed = true;
  }
  return changed ? { ...state, map: { keys } } : state;
};

/** Adds to what this server has added (or taken away) so far; its total is its own to write. */
const addToCounter = (
  state: AttributeState | undefined,
  amount: number,
  changeId: ChangeId,
): AttributeState | undefined => {
  if (amount === 0 && state?.counter && isShown(state, "counter")) return state;
  const mine = state?.counter?.totals.get(changeId.server) ?? { increments: 0, decrements: 0 };
  const total = {
    ts: changeId.ts,
    increments: mine.increments + Math.max(amount, 0),
    decrements: mine.decrements + Math.max(-amount, 0),
  };
  if (!Number.isSafeInteger(total.increments) || !Number.isSafeInteger(total.decrements)) {
    throw new ReplicaError("invalid_change", "the counter would pass 2^53 - 1, beyond which a sum is not exact");
  }
  return { ...state, counter: { totals: new Map(state?.counter?.totals).set(changeId.server, total) } };
};

/** Removing a whole `set` or `map` removes each element it has; a `counter` loses what was seen. Model, section 2. */
const removeVisible = (state: AttributeState | undefined, changeId: ChangeId): AttributeState | undefined => {
  if (state === undefined) return undefined;
  const unread = shownNamed(state);
  if (unread) return writeNamed(state, unread.kind, undefined, changeId);
  switch (visibleKind(state)) {
    case "register":
      if (state.register?.value === undefined) return state;
      return { ...state, register: writtenRegister(state.register, changeId, undefined) };
    case "set":
      return changeElements(state, presentElements(state), [], changeId);
    case "map":
      return writeKeys(state, presentKeys(state), {}, changeId);
    case "counter":
      return addToCounter(state, state.counter ? -counterValue(state.counter) : 0, changeId);
    default:
      return state;
  }
};

/** Whether readers see the states of `kind`, and not those of another. */
const isShown = (state: AttributeState | undefined, kind: MergeKind | NamedKind): boolean => {
  const visible = state && visibleKind(state);
  return visible === undefined || visible === kind;
};

const presentElements = (state: AttributeState | undefined): string[] =>
  [...(state?.set?.elements ?? [])].filter(([, { present }]) => present).map(([key]) => key);

const presentKeys = (state: AttributeState | undefined): string[] =>
  [...(state?.map?.keys ?? [])].filter(([, { value }]) => value !== undefined).map(([key]) => key);
