import { malformed } from "./malformed.js";

/** What a token opens: an item of so many bytes, itself included; or a length or a count in so many bytes; or nothing known. */
const FIXED = 0;
const LENGTH = 1;
const COUNT = 2;
const PAIRS = 3;
const UNKNOWN = 4;

const KIND = new Uint8Array(256);
/** Of `FIXED` the whole size; of the others the bytes of the number that follows the token. */
const SIZE = new Uint8Array(256).fill(1);
/** Of `FIXED` the items within. */
const ITEMS = new Uint8Array(256);

const opens = (token: number, kind: number, size: number): void => {
  KIND[token] = kind;
  SIZE[token] = size;
};

for (let count = 0; count < 16; count += 1) {
  ITEMS[0x80 + count] = 2 * count;
  ITEMS[0x90 + count] = count;
}
for (let length = 0; length < 32; length += 1) opens(0xa0 + length, FIXED, 1 + length);
for (let token = 0xc7; token <= 0xc9; token += 1) KIND[token] = UNKNOWN;
for (let token = 0xd4; token <= 0xd8; token += 1) KIND[token] = UNKNOWN;
KIND[0xc1] = UNKNOWN;
[0xc4, 0xc5, 0xc6].forEach((token, power) => {
  opens(token, LENGTH, 2 ** power);
});
[0xd9, 0xda, 0xdb].forEach((token, power) => {
  opens(token, LENGTH, 2 ** power);
});
[0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3].forEach((token, index) => {
  opens(token, FIXED, 1 + 2 ** (index % 4));
});
opens(0xca, FIXED, 5);
opens(0xcb, FIXED, 9);
opens(0xdc, COUNT, 2);
opens(0xdd, COUNT, 4);
opens(0xde, PAIRS, 2);
opens(0xdf, PAIRS, 4);

/**
 * Where the MessagePack item ends that begins at `offset`: of any shape and depth, as long as it lies within `end` and holds no
 * extension type. What is in it is not looked at: for what is checked in full elsewhere.
 *
 * Throws `Malformed`.
 */
export const itemEnd = (bytes: Uint8Array, offset: number, end: number): number => {
  let at = offset;
  let toCome = 1;
  while (toCome > 0) {
    if (toCome > end - at) malformed(at < end ? "a count beyond the end" : "cut off", at);
    const token = bytes[at] as number;
    const kind = KIND[token] as number;
    const size = SIZE[token] as number;
    toCome -= 1;
    if (kind === FIXED) {
      at += size;
      toCome += ITEMS[token] as number;
      continue;
    }
    if (kind === UNKNOWN) malformed(token === 0xc1 ? "the unused code 0xc1" : "an extension type", at);
    if (size >= end - at) malformed("cut off", at);
    const number = unsigned(bytes, at + 1, size);
    at += 1 + size;
    if (kind === LENGTH) at += number;
    else toCome += kind === PAIRS ? 2 * number : number;
  }
  if (at > end) malformed("cut off", end);
  return at;
};

const unsigned = (bytes: Uint8Array, at: number, byteCount: number): number => {
  let value = 0;
  for (let index = 0; index < byteCount; index += 1) value = value * 0x100 + (bytes[at + index] as number);
  return value;
};
