import type { Value } from "@concordat/crdt";
import { defineMergeKind, type Entry } from "../index.js";

const numberIn = (value: Value): number => {
  if (typeof value === "number") return value;
  throw new TypeError(`a number, not ${JSON.stringify(value)}`);
};

const decodedWords = (value: Value): ReadonlySet<string> => {
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return new Set(value);
  throw new TypeError("an array of words");
};

/** The largest of all numbers that were ever written. */
export const max = defineMergeKind<number>({
  name: "test.example/max",
  empty: Number.NEGATIVE_INFINITY,
  join: Math.max,
  // There is no infinity on the wire.
  encode: (value) => (value === Number.NEGATIVE_INFINITY ? "" : value),
  decode: (encoded) => (encoded === "" ? Number.NEGATIVE_INFINITY : numberIn(encoded)),
});

/** Words that are added one by one, and shown as a text. */
export const words = defineMergeKind<ReadonlySet<string>>({
  name: "test.example/words",
  empty: new Set(),
  join: (left, right) => new Set([...left, ...right]),
  encode: (value) => [...value].sort(),
  decode: decodedWords,
  change: (current, written) => new Set([...current, String(written)]),
  show: (value) => [...value].sort().join(" "),
});

/** The words that an entry holds, as far as its reader can tell: by what it shows, or by what it does not read. */
export const wordsIn = (entry: Entry | undefined): Set<string> => {
  const versions = (entry?.unread.words?.versions ?? []) as readonly (readonly string[])[];
  const shown = entry?.attributes.words;
  return new Set([...versions.flat(), ...(typeof shown === "string" ? shown.split(" ") : [])]);
};
