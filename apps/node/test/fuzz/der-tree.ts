import type { Tree, TreeFormat } from "./tree.js";

const CONSTRUCTED = 0x20;

/** A DER value as an honest writer makes it; lengths are definite. */
const parse = (bytes: Uint8Array): Tree => {
  const [tree] = valuesIn(bytes);
  return tree ?? { bytes };
};

const valuesIn = (bytes: Uint8Array): Tree[] => {
  const values: Tree[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const { length, bodyAt } = lengthAt(bytes, at + 1);
    const end = bodyAt + length;
    const isContainer = (tag & CONSTRUCTED) !== 0;
    values.push(
      isContainer ? { tag, parts: valuesIn(bytes.subarray(bodyAt, end)) } : { bytes: bytes.subarray(at, end) },
    );
    at = end;
  }
  return values;
};

const lengthAt = (bytes: Uint8Array, at: number): { readonly length: number; readonly bodyAt: number } => {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { length: first, bodyAt: at + 1 };
  const bodyAt = at + 1 + (first & 0x7f);
  return { length: bytes.subarray(at + 1, bodyAt).reduce((value, byte) => value * 256 + byte, 0), bodyAt };
};

const encode = (tree: Tree): Uint8Array => {
  if ("bytes" in tree) return tree.bytes;
  const body = Buffer.concat(tree.parts.map(encode));
  return Buffer.concat([Uint8Array.of(tree.tag), lengthBytes(body.length), body]);
};

const lengthBytes = (length: number): Uint8Array => {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
};

/** Indefinite and overlong lengths, other types in their place, times and names that are none, names of other algorithms. */
const hostile = [
  ...[
    "0500",
    "0101ff",
    "010100",
    "020100",
    "0201ff",
    "02020000",
    "0300",
    "030100",
    "0403ffffff",
    "3000",
    "3100",
    "a000",
  ],
  ...["3080", "30800000", "3084ffffffff", "0484ffffffff", "0485ffffffffff", "1f8100", "ff7f"],
  ...["170d3939313233313233353935395a", "180f39393939313233313233353935395a", "1700", "180130"],
  ...["06032b6570", "06032b656e", "06092a864886f70d01010b", "0600", "0680", "06ff", "0c03610062", "1303e28080"],
  ...["30060603551d130400", "300f0603551d130101ff040530030101ff", "300e0603551d0f0101ff040403020204"],
].map((hex) => Buffer.from(hex, "hex"));

export const DER: TreeFormat = { parse, encode, hostile };
