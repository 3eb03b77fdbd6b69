import {
  type AttributeState,
  type ElementKey,
  type EntryState,
  elementKey,
  type Value,
  visibleKind,
} from "@concordat/crdt";
import { encodeValue } from "@concordat/protocol";
import { visibleValue } from "../read/entry-view.js";

/** The encoding of a value that entries are found by: equal exactly for values that equality does not tell apart. */
export type IndexedValue = ElementKey;

/** As bytes. Equality goes by what numbers are worth: 2^53 as a number and as a bigint have two encodings, and one here. */
export const encodeIndexed = (value: Value): Uint8Array =>
  encodeValue(typeof value === "number" && isWide(value) ? BigInt(value) : value);

/** Whether it is an integer beyond the safe ones that a bigint of 64 bits is worth as much as. */
const isWide = (value: number): boolean =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && value >= INT64_MIN && value < UINT64_END;

const INT64_MIN = -(2 ** 63);
const UINT64_END = 2 ** 64;

/**
 * Whether an attribute that shows `shown` is to be found by `value`: an array has each of its elements, whether a set shows it or
 * a register holds it, any other value is one.
 */
export const showsValue = (shown: Value, value: Value): boolean =>
  shown === value || elementsOf(shown).some((element) => isEqual(element, value));

const elementsOf = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : [value]);

const isEqual = (element: Value, value: Value): boolean => {
  if (element === value) return true;
  if (typeof element === "string" || typeof value === "string") return false;
  return indexedValueOf(element) === indexedValueOf(value);
};

const indexedValueOf = (value: Value): IndexedValue => elementKey(encodeIndexed(value));

/** What the entry `state` is found by under `attribute`: of its merged state, whatever a constraint hides of it. */
export const indexedValues = (state: EntryState | undefined, attribute: string): ReadonlySet<IndexedValue> => {
  const kinds = state?.kind === "live" ? state.attributes.get(attribute) : undefined;
  if (kinds === undefined) return NONE;
  const values = storedEncodings(kinds);
  if (values?.every((value) => value.charCodeAt(0) !== FLOAT64)) return new Set(values);
  // What a user's kind shows is not indexed.
  const shown = visibleValue(kinds, undefined);
  return shown === undefined ? NONE : new Set(elementsOf(shown).map(indexedValueOf));
};

const NONE: ReadonlySet<IndexedValue> = new Set();

/** What is stored of it is what it is found by, but for a number that a bigint may be worth as much as. */
const storedEncodings = (kinds: AttributeState): IndexedValue[] | undefined => {
  const { register, set } = kinds;
  switch (visibleKind(kinds)) {
    case "register":
      return register?.value && !isArray(register.value) ? [elementKey(register.value)] : undefined;
    case "set":
      return [...(set?.elements ?? [])].filter(([, { present }]) => present).map(([key]) => key);
    default:
      return undefined;
  }
};

/** By the first byte: docs/protocol.md, "Values". */
const isArray = ([first = 0]: Uint8Array): boolean => (first & 0xf0) === 0x90 || first === 0xdc || first === 0xdd;

const FLOAT64 = 0xcb;
