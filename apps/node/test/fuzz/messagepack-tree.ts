import type { Tree, TreeFormat } from "./tree.js";

const ARRAY = 0x90;
const MAP = 0x80;

/** One item of MessagePack, as an honest writer makes it. */
const parse = (bytes: Uint8Array): Tree => itemAt(bytes, { at: 0 });

const itemAt = (bytes: Uint8Array, place: { at: number }): Tree => {
  const start = place.at;
  const code = bytes[start] ?? 0xc0;
  place.at += 1;
  const parts = partsOf(bytes, place, code);
  if (parts) return { tag: parts.tag, parts: Array.from({ length: parts.count }, () => itemAt(bytes, place)) };
  place.at += bodyBytes(bytes, start, code);
  return { bytes: bytes.subarray(start, place.at) };
};

const partsOf = (bytes: Uint8Array, place: { at: number }, code: number) => {
  if (code >> 4 === 0x9) return { tag: ARRAY, count: code & 0x0f };
  if (code >> 4 === 0x8) return { tag: MAP, count: 2 * (code & 0x0f) };
  if (code < 0xdc || code > 0xdf) return undefined;
  const isWide = code === 0xdd || code === 0xdf;
  const count = unsigned(bytes, place.at, isWide ? 4 : 2);
  place.at += isWide ? 4 : 2;
  return code < 0xde ? { tag: ARRAY, count } : { tag: MAP, count: 2 * count };
};

/** Of anything but an array or a map, the bytes after its code. */
const bodyBytes = (bytes: Uint8Array, start: number, code: number): number => {
  if (code >> 5 === 0x5) return code & 0x1f;
  if (code >= 0xc4 && code <= 0xc6) return lengthAndBody(bytes, start, 1 << (code - 0xc4));
  if (code >= 0xd9 && code <= 0xdb) return lengthAndBody(bytes, start, 1 << (code - 0xd9));
  if (code === 0xca) return 4;
  if (code === 0xcb) return 8;
  if (code >= 0xcc && code <= 0xcf) return 1 << (code - 0xcc);
  if (code >= 0xd0 && code <= 0xd3) return 1 << (code - 0xd0);
  return 0;
};

const lengthAndBody = (bytes: Uint8Array, start: number, lengthBytes: number): number =>
  lengthBytes + unsigned(bytes, start + 1, lengthBytes);

const unsigned = (bytes: Uint8Array, at: number, length: number): number =>
  bytes.subarray(at, at + length).reduce((value, byte) => value * 256 + byte, 0);

const encode = (tree: Tree): Uint8Array => {
  if ("bytes" in tree) return tree.bytes;
  const count = tree.tag === MAP ? tree.parts.length >> 1 : tree.parts.length;
  return Buffer.concat([header(tree.tag, count), ...tree.parts.map(encode)]);
};

const header = (tag: number, count: number): Uint8Array => {
  if (count < 16) return Uint8Array.of(tag | count);
  return Uint8Array.of(tag === MAP ? 0xde : 0xdc, count >> 8, count & 0xff);
};

const text = (word: string): Uint8Array => Buffer.concat([Uint8Array.of(0xa0 | word.length), Buffer.from(word)]);

/** Claims beyond all measure, other forms of the same, extensions, names that are more than names, depth. */
const hostile: readonly Uint8Array[] = [
  ...["c0", "c1", "c2", "c3", "00", "7f", "ff", "80", "90", "a0", "c400"],
  ...["c6ffffffff", "c5ffff00", "db7fffffff", "ddffffffff", "dfffffffff", "dcffff", "deffff"],
  ...["cd0001", "ce00000001", "cf0000000000000001", "cf001fffffffffffff", "cf0020000000000000", "cfffffffffffffffff"],
  ...["d0ff", "d38000000000000000", "d3ffffffffffffffff", "ca7fc00000", "cb7ff8000000000000", "cb8000000000000000"],
  ...["d40100", "d6ff00000000", "c70c05", "c9ffffffff01", "a1ff", "a2c080", "a3eda080", "d90161", "c50001aa"],
  ...["8101", "81a16101", "82a16101a16102", "91".repeat(20), "81a161".repeat(20), "92".repeat(600)],
].map((hex) => Buffer.from(hex, "hex"));

export const MESSAGEPACK: TreeFormat = {
  parse,
  encode,
  hostile: [
    ...hostile,
    ...["__proto__", "constructor", "prototype", "toString"].map(text),
    Buffer.concat([Uint8Array.of(0x81), text("__proto__"), Uint8Array.of(0x81), text("polluted"), Uint8Array.of(1)]),
  ],
};
