import { malformed } from "./malformed.js";
import { depthAfterItem } from "./nesting.js";
import { compareSpans } from "./utf8.js";
import type { WireReader } from "./wire-reader.js";

/**
 * Arrays and maps in one value, nested ones included. An empty map is 1 byte on the wire and some 60 in memory, so
 * bytes alone do not bound what a value costs to read. A 4 MiB list of coordinate pairs stays below.
 */
export const VALUE_CONTAINERS_MAX = 262_144;

/** The open array or map at each depth: how many values are to come, and for maps where the key before lies. */
const toCome: number[] = [];
const keyStart: number[] = [];
const keyEnd: number[] = [];
/** In place of where a key starts. */
const NO_KEY_YET = -1;
const IS_ARRAY = -2;

const float = new DataView(new ArrayBuffer(8));

/**
 * Takes one value in its one encoding, in full, without decoding or allocating anything, and without recursion.
 * `docs/protocol.md`, "Values".
 *
 * Throws `Malformed`.
 */
export const scanValue = (reader: WireReader, depthMax: number): void => {
  let depth = 0;
  let containers = 0;
  for (;;) {
    const token = reader.peek();
    if (isContainer(token)) {
      if (depth >= depthMax) malformed(`nested deeper than ${depthMax}`, reader.at);
      containers += 1;
      if (containers > VALUE_CONTAINERS_MAX) malformed(`more than ${VALUE_CONTAINERS_MAX} arrays and maps`, reader.at);
      const count = isMap(token) ? reader.map() : reader.array();
      depth += 1;
      // One more than there are: opening it and finishing a value in it are then the same step below.
      toCome[depth] = count + 1;
      keyStart[depth] = isMap(token) ? NO_KEY_YET : IS_ARRAY;
    } else {
      scanScalar(reader, token);
    }
    depth = depthAfterItem(toCome, depth);
    if (depth === 0) return;
    if (keyStart[depth] !== IS_ARRAY) scanKey(reader, depth);
  }
};

const scanKey = (reader: WireReader, depth: number): void => {
  const start = reader.text();
  const before = keyStart[depth] as number;
  if (before !== NO_KEY_YET && compareSpans(reader.bytes, before, keyEnd[depth] as number, start, reader.at) >= 0) {
    malformed("map keys out of order, or twice the same", start);
  }
  keyStart[depth] = start;
  keyEnd[depth] = reader.at;
};

const isContainer = (token: number): boolean => (token >= 0x80 && token < 0xa0) || (token >= 0xdc && token <= 0xdf);

const isMap = (token: number): boolean => token >> 4 === 0x8 || token >= 0xde;

const scanScalar = (reader: WireReader, token: number): void => {
  if (token < 0x80 || token >= 0xe0 || token === 0xc2 || token === 0xc3) {
    reader.at += 1;
  } else if (token >> 5 === 0x5 || (token >= 0xd9 && token <= 0xdb)) {
    reader.text();
  } else if (token >= 0xc4 && token <= 0xc6) {
    reader.binary();
  } else if (token === 0xcb) {
    scanFloat64(reader);
  } else if (token >= 0xcc && token <= 0xce) {
    reader.integer();
  } else if (token >= 0xcf && token <= 0xd3) {
    scanWideOrNegative(reader, token);
  } else {
    malformed(FORBIDDEN.get(token) ?? "an extension type", reader.at);
  }
};

const FORBIDDEN = new Map([
  [0xc0, "nil: there is no null"],
  [0xc1, "the unused code 0xc1"],
  [0xca, "a number in 32 bits of floating point"],
]);

const scanFloat64 = (reader: WireReader): void => {
  const start = reader.at;
  reader.at += 1;
  float.setUint32(0, reader.unsigned(4));
  float.setUint32(4, reader.unsigned(4));
  const value = float.getFloat64(0);
  if (!Number.isFinite(value)) malformed("a number that is not finite", start);
  if (Number.isSafeInteger(value)) malformed("an integer in floating point", start);
};

const scanWideOrNegative = (reader: WireReader, token: number): void => {
  const start = reader.at;
  reader.at += 1;
  switch (token) {
    case 0xcf: {
      const high = reader.unsigned(4);
      reader.unsigned(4);
      if (high === 0) malformed("not in its shortest form", start);
      return;
    }
    case 0xd0:
      requireNegative(reader.unsigned(1), 0x80, 0xe0, start);
      return;
    case 0xd1:
      requireNegative(reader.unsigned(2), 0x8000, 0xff80, start);
      return;
    case 0xd2:
      requireNegative(reader.unsigned(4), 0x8000_0000, 0xffff_8000, start);
      return;
    default: {
      const high = reader.unsigned(4);
      const low = reader.unsigned(4);
      if (high === 0xffff_ffff && low >= 0x8000_0000) malformed("not in its shortest form", start);
      if (high < 0x8000_0000) malformed("an integer of 0 or more in a signed form", start);
    }
  }
};

/** Two's complement, read as unsigned: negative from `least` on, and short enough for the next shorter form from `short` on. */
const requireNegative = (value: number, least: number, short: number, start: number): void => {
  if (value < least) malformed("an integer of 0 or more in a signed form", start);
  if (value >= short) malformed("not in its shortest form", start);
};
