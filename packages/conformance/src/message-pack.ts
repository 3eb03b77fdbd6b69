import { bytesOf, joined } from "./hex.js";

/*
 * Writes MessagePack in its shortest form. The runner has a writer and a reader (`item.ts`) of its own: what it judges
 * may be the very codec of this project, whose mistakes it would otherwise share.
 */

const encoder = new TextEncoder();

const header = (count: number, fixed: number, below: number, code8: number | undefined, code16: number): Uint8Array => {
  if (count < below) return Uint8Array.of(fixed | count);
  if (code8 !== undefined && count < 0x100) return Uint8Array.of(code8, count);
  if (count < 0x10000) return Uint8Array.of(code16, count >> 8, count & 0xff);
  return Uint8Array.of(code16 + 1, count >>> 24, (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff);
};

export const NIL = Uint8Array.of(0xc0);

export const boolean = (value: boolean): Uint8Array => Uint8Array.of(value ? 0xc3 : 0xc2);

export const array = (...items: readonly Uint8Array[]): Uint8Array =>
  joined(header(items.length, 0x90, 16, undefined, 0xdc), ...items);

/** Pairs of a key and bytes, in the order in which they are to stand. */
export const map = (...pairs: readonly (readonly [string, Uint8Array])[]): Uint8Array =>
  joined(header(pairs.length, 0x80, 16, undefined, 0xde), ...pairs.flatMap(([key, value]) => [text(key), value]));

export const text = (value: string): Uint8Array => {
  const bytes = encoder.encode(value);
  return joined(header(bytes.length, 0xa0, 32, 0xd9, 0xda), bytes);
};

export const binary = (bytes: Uint8Array): Uint8Array => joined(header(bytes.length, 0, 0, 0xc4, 0xc5), bytes);

/** Binary of the bytes in hex: a uuid, a commit, a digest. */
export const binaryOf = (hex: string): Uint8Array => binary(bytesOf(hex));

/** An integer from 0 to 2^53 - 1. */
export const integer = (value: number): Uint8Array => {
  if (value < 0x80) return Uint8Array.of(value);
  const width = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 2 ** 32 ? 4 : 8;
  const bytes = new Uint8Array(1 + width);
  bytes[0] = { 1: 0xcc, 2: 0xcd, 4: 0xce, 8: 0xcf }[width] as number;
  let rest = value;
  for (let at = width; at > 0; at -= 1) {
    bytes[at] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
  return bytes;
};
