import type { Value } from "@concordat/crdt";
import { defineMergeKind } from "../index.js";

const numberIn = (value: Value): number => {
  if (typeof value === "number") return value;
  throw new TypeError(`a number, not ${JSON.stringify(value)}`);
};

const wordsIn = (value: Value): ReadonlySet<string> => {
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
  decode: wordsIn,
  change: (current, written) => new Set([...current, String(written)]),
  show: (value) => [...value].sort().join(" "),
});
