import {
  type AttributeState,
  counterValue,
  deletedAtOf,
  type EntryState,
  elementBytes,
  type LiveEntry,
  newestChangeOfEntry,
  type ShownNamed,
  shownNamed,
  type Value,
  visibleKind,
} from "@concordat/crdt";
import { readValue } from "@concordat/protocol";
import type { KnownKinds } from "../constraint/constraints.js";
import { type Mask, maskedAttributes, NO_MASK } from "../constraint/mask.js";
import type { Entry, EntryContent, Lookup, UnreadAttribute } from "../entry.js";
import { readNamed } from "../kind/joined-value.js";
import type { DefinedKind } from "../kind/merge-kind.js";
import { entryVersion } from "./entry-version.js";

/** A live entry as readers see it: the visible kind of each attribute, without what `mask` hides, values decoded. */
export const entryView = (state: LiveEntry, kinds: KnownKinds, mask: Mask = NO_MASK): Entry => ({
  uuid: state.uuid,
  ...contentView(maskedAttributes(state.attributes, mask), kinds),
  createdAt: state.createdAt,
  modifiedAt: newestChangeOfEntry(state),
  conflictOf: state.conflictOf,
  version: entryVersion(state),
  hidden: mask.size === 0 ? NOTHING : [...mask.keys()].sort(),
});

const NOTHING: readonly string[] = [];

export const lookupView = (state: EntryState | undefined, kinds: KnownKinds, mask: Mask = NO_MASK): Lookup => {
  if (state === undefined) return { kind: "absent" };
  if (state.kind === "tombstone") return { kind: "tombstone", deletedAt: deletedAtOf(state) };
  return { kind: "live", entry: entryView(state, kinds, mask) };
};

/** The visible kind of each attribute; those that were removed or emptied are left out. */
export const contentView = (states: ReadonlyMap<string, AttributeState>, kinds: KnownKinds): EntryContent => {
  const attributes: Record<string, Value> = {};
  let unread: Record<string, UnreadAttribute> | undefined;
  for (const [name, attribute] of states) {
    const value = visibleValue(attribute, kinds.get(name));
    if (value !== undefined) setOwn(attributes, name, value);
    else {
      const one = unreadView(attribute, kinds.get(name));
      if (one === undefined) continue;
      unread ??= {};
      setOwn(unread, name, one);
    }
  }
  return { attributes, unread: unread ?? NOTHING_UNREAD };
};

const NOTHING_UNREAD: EntryContent["unread"] = {};

/**
 * What an attribute shows, `kind` being that of its own which a user has given it; `undefined` when it was removed or emptied, or is
 * not read here.
 */
export const visibleValue = (state: AttributeState, kind: DefinedKind | undefined): Value | undefined => {
  switch (visibleKind(state)) {
    case "register":
      return state.register?.value && readValue(state.register.value);
    case "set":
      return elementsView(state);
    case "map":
      return keysView(state);
    case "counter":
      return state.counter && counterValue(state.counter);
    case undefined:
      return undefined;
    default: {
      const reading = readingOf(shownNamed(state), kind);
      return reading && "value" in reading ? reading.value : undefined;
    }
  }
};

/** What stands in an attribute that shows a kind which is not read here; `undefined` where it shows another, or was removed. */
export const unreadView = (state: AttributeState, kind: DefinedKind | undefined): UnreadAttribute | undefined => {
  const shown = shownNamed(state);
  if (shown === undefined) return undefined;
  const reading = readingOf(shown, kind);
  if (reading && "value" in reading) return undefined;
  const versions = shown.values.map((bytes) => readValue(bytes));
  return { merge: shown.kind, versions, ...reading };
};

/** `undefined` where `kind` is not the one. */
const readingOf = (shown: ShownNamed | undefined, kind: DefinedKind | undefined) =>
  kind && shown?.kind === kind.name ? readNamed(kind, shown.values) : undefined;

const elementsView = (state: AttributeState): Value[] | undefined => {
  const present = [...(state.set?.elements ?? [])].filter(([, element]) => element.present).map(([key]) => key);
  return present.length === 0 ? undefined : present.sort().map((key) => readValue(elementBytes(key)));
};

const keysView = (state: AttributeState): Record<string, Value> | undefined => {
  const view: Record<string, Value> = {};
  for (const [key, { value }] of state.map?.keys ?? []) if (value) setOwn(view, key, readValue(value));
  return Object.keys(view).length === 0 ? undefined : view;
};

/** A plain assignment to `__proto__` would change the object's prototype. */
const setOwn = <T>(target: Record<string, T>, name: string, value: T): void => {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  } else target[name] = value;
};
