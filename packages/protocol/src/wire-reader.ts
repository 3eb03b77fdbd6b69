import { UUID_BYTES } from "@concordat/crdt";
import { malformed } from "./malformed.js";
import { isWellFormedUtf8 } from "./utf8.js";

const TWO_TO_THE_32 = 0x1_0000_0000;
/** The upper 32 bits of the greatest safe integer. */
const SAFE_HIGH_MAX = 0x1f_ffff;

/**
 * Reads MessagePack in its shortest form, one token at a time, from `at` to `end`. Every method throws `Malformed`
 * when something else is there. Nothing is allocated for what a header claims.
 */
export class WireReader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  /** The byte that comes next, which says what comes next. */
  peek(): number {
    if (this.at >= this.end) malformed("cut off", this.at);
    return this.bytes[this.at] as number;
  }

  /** Takes a nil, if one comes next. */
  nil(): boolean {
    if (this.peek() !== 0xc0) return false;
    this.at += 1;
    return true;
  }

  boolean(): boolean {
    const token = this.peek();
    if (token !== 0xc2 && token !== 0xc3) malformed("not a boolean", this.at);
    this.at += 1;
    return token === 0xc3;
  }

  /** An integer from 0 to 2^53 - 1. */
  integer(): number {
    const start = this.at;
    const token = this.peek();
    this.at += 1;
    if (token < 0x80) return token;
    switch (token) {
      case 0xcc:
        return this.#atLeast(0x80, this.unsigned(1), start);
      case 0xcd:
        return this.#atLeast(0x100, this.unsigned(2), start);
      case 0xce:
        return this.#atLeast(0x10000, this.unsigned(4), start);
      case 0xcf:
        return this.#atLeast(TWO_TO_THE_32, this.#safe64(start), start);
      default:
        return malformed("not an integer from 0 to 2^53 - 1", start);
    }
  }

  /** The number of elements of the array that opens here. */
  array(): number {
    const start = this.at;
    const token = this.peek();
    this.at += 1;
    if (token >> 4 === 0x9) return this.#items(token & 0x0f, 1, start);
    if (token === 0xdc) return this.#items(this.#atLeast(16, this.unsigned(2), start), 1, start);
    if (token === 0xdd) return this.#items(this.#atLeast(0x10000, this.unsigned(4), start), 1, start);
    return malformed("not an array", start);
  }

  /** The number of keys of the map that opens here. */
  map(): number {
    const start = this.at;
    const token = this.peek();
    this.at += 1;
    if (token >> 4 === 0x8) return this.#items(token & 0x0f, 2, start);
    if (token === 0xde) return this.#items(this.#atLeast(16, this.unsigned(2), start), 2, start);
    if (token === 0xdf) return this.#items(this.#atLeast(0x10000, this.unsigned(4), start), 2, start);
    return malformed("not a map", start);
  }

  /** Takes a text, well-formed UTF-8; returns where its content starts. It ends at `at`. */
  text(): number {
    const start = this.at;
    const content = this.knownText();
    if (!isWellFormedUtf8(this.bytes, content, this.at)) malformed("text that is not UTF-8", start);
    return content;
  }

  /** As `text`, of one that was found to be well-formed before. */
  knownText(): number {
    const start = this.at;
    return this.#content(this.#textBytes(), start);
  }

  /** Takes binary; returns where its content starts. It ends at `at`. */
  binary(): number {
    const start = this.at;
    return this.#content(this.#binaryBytes(), start);
  }

  /** As `binary`, of exactly `length` bytes. */
  binaryOf(length: number): number {
    const start = this.at;
    const token = this.peek();
    if (token < 0xc4 || token > 0xc6) malformed(`not ${length} bytes of binary`, start);
    const content = this.binary();
    if (this.at - content !== length) malformed(`binary of ${this.at - content} bytes instead of ${length}`, start);
    return content;
  }

  uuid(): number {
    return this.binaryOf(UUID_BYTES);
  }

  /** The next `byteCount` bytes, big-endian. */
  unsigned(byteCount: 1 | 2 | 4): number {
    const { at, bytes } = this;
    if (byteCount > this.end - at) malformed("cut off", at);
    this.at = at + byteCount;
    if (byteCount === 4) return unsigned32(bytes, at);
    return byteCount === 2 ? (bytes[at] as number) * 0x100 + (bytes[at + 1] as number) : (bytes[at] as number);
  }

  #textBytes(): number {
    const start = this.at;
    const token = this.peek();
    this.at += 1;
    if (token >> 5 === 0x5) return token & 0x1f;
    if (token === 0xd9) return this.#atLeast(32, this.unsigned(1), start);
    if (token === 0xda) return this.#atLeast(0x100, this.unsigned(2), start);
    if (token === 0xdb) return this.#atLeast(0x10000, this.unsigned(4), start);
    return malformed("not a text", start);
  }

  #binaryBytes(): number {
    const start = this.at;
    const token = this.peek();
    this.at += 1;
    if (token === 0xc4) return this.unsigned(1);
    if (token === 0xc5) return this.#atLeast(0x100, this.unsigned(2), start);
    if (token === 0xc6) return this.#atLeast(0x10000, this.unsigned(4), start);
    return malformed("not binary", start);
  }

  #content(length: number, start: number): number {
    const content = this.at;
    if (length > this.end - content) malformed(`a length of ${length}, beyond the end`, start);
    this.at = content + length;
    return content;
  }

  #items(count: number, bytesEach: number, start: number): number {
    if (count * bytesEach > this.end - this.at) malformed(`a count of ${count}, beyond the end`, start);
    return count;
  }

  #safe64(start: number): number {
    const { at, bytes } = this;
    if (this.end - at < 8) malformed("cut off", at);
    this.at = at + 8;
    const high = unsigned32(bytes, at);
    const low = unsigned32(bytes, at + 4);
    if (high > SAFE_HIGH_MAX) malformed("not an integer from 0 to 2^53 - 1", start);
    return high * TWO_TO_THE_32 + low;
  }

  #atLeast(least: number, value: number, start: number): number {
    if (value < least) malformed("not in its shortest form", start);
    return value;
  }
}

const unsigned32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) * 0x100_0000 +
  (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
