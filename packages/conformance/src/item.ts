import { hexOf } from "./hex.js";
import { must, violation } from "./violation.js";

/** One MessagePack item, and where it lies. */
export type Item = Scalar | Items;

export interface Scalar {
  readonly kind: "nil" | "boolean" | "integer" | "float" | "text" | "binary";
  /** Of an integer beyond 2^53 - 1 a bigint; of binary, hex. */
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

export interface Items {
  readonly kind: "array" | "map";
  /** Of a map, keys and values in turn. */
  readonly items: readonly Item[];
  readonly start: number;
  readonly end: number;
}

const DEPTH_MAX = 64;

/** The one item that `bytes` are. @throws Violation unless it is written as section 3 of the protocol says. */
export const readItem = (bytes: Uint8Array): Item => {
  const reader = new ItemReader(bytes);
  const item = reader.item(0);
  must(item.end === bytes.length, `${bytes.length - item.end} bytes left over after the message`);
  return item;
};

class ItemReader {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  item(depth: number): Item {
    must(depth < DEPTH_MAX, "nesting beyond any message");
    const start = this.#at;
    const token = this.#number(1);
    const scalar = (kind: Scalar["kind"], value: unknown): Scalar => ({ kind, value, start, end: this.#at });
    const items = (kind: Items["kind"], count: number): Items => {
      must(count <= this.#bytes.length - this.#at, `a count of ${count}, beyond the end`);
      const found = Array.from({ length: count }, () => this.item(depth + 1));
      return { kind, items: found, start, end: this.#at };
    };
    if (token < 0x80) return scalar("integer", token);
    if (token < 0x90) return items("map", 2 * (token & 0x0f));
    if (token < 0xa0) return items("array", token & 0x0f);
    if (token < 0xc0) return scalar("text", this.#text(token & 0x1f));
    if (token >= 0xe0) return scalar("integer", token - 0x100);
    switch (token) {
      case 0xc0:
        return scalar("nil", undefined);
      case 0xc2:
      case 0xc3:
        return scalar("boolean", token === 0xc3);
      case 0xc4:
        return scalar("binary", this.#hex(this.#number(1)));
      case 0xc5:
        return scalar("binary", this.#hex(this.#atLeast(2, 0x100)));
      case 0xc6:
        return scalar("binary", this.#hex(this.#atLeast(4, 0x10000)));
      case 0xcb:
        return scalar("float", this.#float());
      case 0xcc:
        return scalar("integer", this.#atLeast(1, 0x80));
      case 0xcd:
        return scalar("integer", this.#atLeast(2, 0x100));
      case 0xce:
        return scalar("integer", this.#atLeast(4, 0x10000));
      case 0xcf:
        return scalar("integer", this.#unsigned64());
      case 0xd0:
        return scalar("integer", this.#negative(1, -0x20));
      case 0xd1:
        return scalar("integer", this.#negative(2, -0x80));
      case 0xd2:
        return scalar("integer", this.#negative(4, -0x8000));
      case 0xd3:
        return scalar("integer", this.#negative(8, -0x8000_0000));
      case 0xd9:
        return scalar("text", this.#text(this.#atLeast(1, 0x20)));
      case 0xda:
        return scalar("text", this.#text(this.#atLeast(2, 0x100)));
      case 0xdb:
        return scalar("text", this.#text(this.#atLeast(4, 0x10000)));
      case 0xdc:
        return items("array", this.#atLeast(2, 0x10));
      case 0xdd:
        return items("array", this.#atLeast(4, 0x10000));
      case 0xde:
        return items("map", 2 * this.#atLeast(2, 0x10));
      case 0xdf:
        return items("map", 2 * this.#atLeast(4, 0x10000));
      default:
        return violation(`0x${token.toString(16)}: an extension type, the unused code, or floating point of 32 bits`);
    }
  }

  #take(length: number): number {
    must(length <= this.#bytes.length - this.#at, "an item that is cut off");
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #number(width: 1 | 2 | 4): number {
    const at = this.#take(width);
    if (width === 1) return this.#view.getUint8(at);
    return width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #atLeast(width: 1 | 2 | 4, least: number): number {
    const value = this.#number(width);
    must(value >= least, "a number or length that is not in its shortest form");
    return value;
  }

  #unsigned64(): number | bigint {
    const value = this.#view.getBigUint64(this.#take(8));
    must(value > 0xffff_ffffn, "a number that is not in its shortest form");
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  /** Below `least`, which a shorter form holds. */
  #negative(width: 1 | 2 | 4 | 8, least: number): number | bigint {
    const at = this.#take(width);
    const bits = BigInt(`0x${hexOf(this.#bytes.subarray(at, at + width))}`);
    const value = BigInt.asIntN(8 * width, bits);
    must(value < BigInt(least), "a negative number that is not in its shortest form, or none that is negative");
    return value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
  }

  #float(): number {
    const value = this.#view.getFloat64(this.#take(8));
    must(Number.isFinite(value) && !Number.isSafeInteger(value), `${value} in floating point`);
    return value;
  }

  #text(length: number): string {
    const at = this.#take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#bytes.subarray(at, at + length));
    } catch {
      return violation("a text that is not UTF-8");
    }
  }

  #hex(length: number): string {
    const at = this.#take(length);
    return hexOf(this.#bytes.subarray(at, at + length));
  }
}

/** The elements of an array of at least `least`. */
export const elementsOf = (item: Item | undefined, least: number, what: string): readonly Item[] => {
  must(item?.kind === "array", `${what} is not an array`);
  must(item.items.length >= least, `${what} has ${item.items.length} elements, not ${least}`);
  return item.items;
};

export const integerOf = (item: Item | undefined, what: string): number => {
  must(item?.kind === "integer", `${what} is not an integer`);
  const { value } = item as Scalar;
  must(typeof value === "number" && value >= 0, `${what} is not an integer from 0 to 2^53 - 1`);
  return value;
};

export const textOf = (item: Item | undefined, what: string, bytesMax: number): string => {
  must(item?.kind === "text", `${what} is not a text`);
  must(item.end - item.start <= bytesMax + 5, `${what} has more than ${bytesMax} bytes`);
  return item.value as string;
};

/** The hex of binary of exactly `length` bytes. */
export const binaryOfLength = (item: Item | undefined, length: number, what: string): string => {
  must(item?.kind === "binary", `${what} is not binary`);
  const hex = item.value as string;
  must(hex.length === 2 * length, `${what} has ${hex.length / 2} bytes, not ${length}`);
  return hex;
};

export const booleanOf = (item: Item | undefined, what: string): boolean => {
  must(item?.kind === "boolean", `${what} is not a boolean`);
  return item.value as boolean;
};
