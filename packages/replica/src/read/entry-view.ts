import {
  type AttributeState,
  counterValue,
  deletedAtOf,
  type EntryState,
  elementBytes,
  type LiveEntry,
  newestChangeOfEntry,
  shownNamed,
  type Value,
  visibleKind,
} from "@concordat/crdt";
import { decodeValue } from "@concordat/protocol";
import { type Mask, maskedAttributes, NO_MASK } from "../constraint/mask.js";
import type { Entry, EntryContent, Lookup, UnreadAttribute } from "../entry.js";
import { entryVersion } from "./entry-version.js";

/** A live entry as readers see it: the visible kind of each attribute, without what `mask` hides, values decoded. */
export const entryView = (state: LiveEntry, mask: Mask = NO_MASK): Entry => ({
  uuid: state.uuid,
  ...contentView(maskedAttributes(state.attributes, mask)),
  createdAt: state.createdAt,
  modifiedAt: newestChangeOfEntry(state),
  conflictOf: state.conflictOf,
  version: entryVersion(state),
  hidden: mask.size === 0 ? NOTHING : [...mask.keys()].sort(),
});

const NOTHING: readonly string[] = [];

export const lookupView = (state: EntryState | undefined, mask: Mask = NO_MASK): Lookup => {
  if (state === undefined) return { kind: "absent" };
  if (state.kind === "tombstone") return { kind: "tombstone", deletedAt: deletedAtOf(state) };
  return { kind: "live", entry: entryView(state, mask) };
};

/** The visible kind of each attribute; those that were removed or emptied are left out. */
export const contentView = (states: ReadonlyMap<string, AttributeState>): EntryContent => {
  const attributes: Record<string, Value> = {};
  let unread: Record<string, UnreadAttribute> | undefined;
  for (const [name, attribute] of states) {
    const value = visibleValue(attribute);
    if (value !== undefined) setOwn(attributes, name, value);
    else {
      const one = unreadView(attribute);
      if (one === undefined) continue;
      unread ??= {};
      setOwn(unread, name, one);
    }
  }
  return { attributes, unread: unread ?? NOTHING_UNREAD };
};

const NOTHING_UNREAD: EntryContent["unread"] = {};

/** What an attribute shows; `undefined` when it was removed or emptied, or is of a kind that is not known here. */
export const visibleValue = (state: AttributeState): Value | undefined => {
  switch (visibleKind(state)) {
    case "register":
      return state.register?.value && decodeValue(state.register.value);
    case "set":
      return elementsView(state);
    case "map":
      return keysView(state);
    case "counter":
      return state.counter && counterValue(state.counter);
    default:
      return undefined;
  }
};

/** What stands in an attribute that shows a user's kind; `undefined` where it shows another, or was removed. */
const unreadView = (state: AttributeState): UnreadAttribute | undefined => {
  const shown = shownNamed(state);
  return shown && { merge: shown.kind, versions: shown.values.map((bytes) => decodeValue(bytes)) };
};

const elementsView = (state: AttributeState): Value[] | undefined => {
  const present = [...(state.set?.elements ?? [])].filter(([, element]) => element.present).map(([key]) => key);
  return present.length === 0 ? undefined : present.sort().map((key) => decodeValue(elementBytes(key)));
};

const keysView = (state: AttributeState): Record<string, Value> | undefined => {
  const view: Record<string, Value> = {};
  for (const [key, { value }] of state.map?.keys ?? []) if (value) setOwn(view, key, decodeValue(value));
  return Object.keys(view).length === 0 ? undefined : view;
};

/** A plain assignment to `__proto__` would change the object's prototype. */
const setOwn = <T>(target: Record<string, T>, name: string, value: T): void => {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  } else target[name] = value;
};
