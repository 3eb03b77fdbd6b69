import { malformed } from "./malformed.js";
import { depthAfterItem } from "./nesting.js";

/** Of the open array or map at each depth: the items to come, keys counted, and whether it is a map. */
const toCome: number[] = [];
const isMap: boolean[] = [];

/**
 * Where the MessagePack item ends that begins at `offset`: of any shape, as long as it lies within `end`, holds no
 * extension type, has texts for keys and is not nested deeper than `depthMax`. What its texts and numbers say is not
 * looked at. For what is passed over.
 *
 * Throws `Malformed`.
 */
export const skipItem = (bytes: Uint8Array, offset: number, end: number, depthMax: number): number => {
  let at = offset;
  let depth = 0;
  for (;;) {
    if (at >= end) malformed("cut off", at);
    const token = bytes[at] as number;
    const keyIsDue = depth > 0 && isMap[depth] === true && (toCome[depth] as number) % 2 === 0;
    if (keyIsDue && !isText(token)) malformed("a map key that is not a text", at);
    // An empty one counts as well, as it does in a value.
    if (depth >= depthMax && opensContainer(token)) malformed(`nested deeper than ${depthMax}`, at);
    const items = itemsIn(bytes, at, end, token);
    at += items === 0 ? sizeOf(bytes, at, end, token) : headerSize(token);
    if (items > end - at) malformed("a length or count beyond the end", at);
    if (at > end) malformed("cut off", end);
    if (items === 0) {
      depth = depthAfterItem(toCome, depth);
      if (depth === 0) return at;
      continue;
    }
    depth += 1;
    toCome[depth] = items;
    isMap[depth] = token >> 4 === 0x8 || token >= 0xde;
  }
};

const opensContainer = (token: number): boolean => (token >= 0x80 && token < 0xa0) || (token >= 0xdc && token <= 0xdf);

const isText = (token: number): boolean => token >> 5 === 0x5 || (token >= 0xd9 && token <= 0xdb);

/** How many items the array or map that opens at `at` has, keys counted; 0 for anything else. */
const itemsIn = (bytes: Uint8Array, at: number, end: number, token: number): number => {
  if (token >> 4 === 0x8) return (token & 0x0f) * 2;
  if (token >> 4 === 0x9) return token & 0x0f;
  switch (token) {
    case 0xdc:
      return unsigned(bytes, at + 1, 2, end);
    case 0xdd:
      return unsigned(bytes, at + 1, 4, end);
    case 0xde:
      return unsigned(bytes, at + 1, 2, end) * 2;
    case 0xdf:
      return unsigned(bytes, at + 1, 4, end) * 2;
    default:
      return 0;
  }
};

/** Bytes before the items of an array or a map. */
const headerSize = (token: number): number => {
  if (token < 0xa0) return 1;
  return token === 0xdc || token === 0xde ? 3 : 5;
};

/** Bytes of the item that `token` opens, itself included. */
const sizeOf = (bytes: Uint8Array, at: number, end: number, token: number): number => {
  if (token >> 5 === 0x5) return 1 + (token & 0x1f);
  if (token < 0xc0 || token >= 0xe0) return 1;
  switch (token) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return 1;
    case 0xc4:
    case 0xd9:
      return 2 + unsigned(bytes, at + 1, 1, end);
    case 0xc5:
    case 0xda:
      return 3 + unsigned(bytes, at + 1, 2, end);
    case 0xc6:
    case 0xdb:
      return 5 + unsigned(bytes, at + 1, 4, end);
    case 0xcc:
    case 0xd0:
      return 2;
    case 0xcd:
    case 0xd1:
    case 0xdc:
    case 0xde:
      return 3;
    case 0xca:
    case 0xce:
    case 0xd2:
    case 0xdd:
    case 0xdf:
      return 5;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 9;
    default:
      return malformed(token === 0xc1 ? "the unused code 0xc1" : "an extension type", at);
  }
};

const unsigned = (bytes: Uint8Array, at: number, byteCount: number, end: number): number => {
  if (byteCount > end - at) malformed("cut off", at);
  let value = 0;
  for (let index = 0; index < byteCount; index += 1) value = value * 0x100 + (bytes[at + index] as number);
  return value;
};
