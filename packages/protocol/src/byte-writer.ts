import { type DomainUuid, type ServerUuid, UUID_BYTES, type Uuid, writeUuid } from "@concordat/crdt";
import { malformed } from "./malformed.js";
import { hasLoneSurrogate } from "./utf8.js";

/** What is written lies one after the other in blocks of this size: a buffer of its own costs a record more than its bytes. */
const BLOCK_BYTES = 64 * 1024;
/** A code, and a length in 32 bits. */
const HEADER_BYTES_MAX = 5;
const TWO_TO_THE_32 = 0x1_0000_0000;
/** Texts up to this many characters are written by a loop: faster than the call of an encoder. */
const SHORT_TEXT_LENGTH = 64;

const encoder = new TextEncoder();

let spare: ByteWriter | undefined;

/** What `write` writes, as bytes that nobody else changes. The writer is shared: it is not to be kept. */
export const writtenBytes = (write: (writer: ByteWriter) => void): Uint8Array => {
  // Taken for as long as it is used: a getter of a value that is being encoded may encode another one.
  const writer = spare ?? new ByteWriter();
  spare = undefined;
  try {
    write(writer);
    return writer.take();
  } finally {
    writer.drop();
    spare = writer;
  }
};

/** Writes MessagePack, everything in its shortest form, into bytes that grow. */
export class ByteWriter {
  #bytes = new Uint8Array(BLOCK_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Where what is being written begins: what lies before it belongs to others. */
  #start = 0;
  #at = 0;

  /** What was written since the last call. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return taken;
  }

  /** Forgets what was written and not taken. */
  drop(): void {
    this.#at = this.#start;
  }

  nil(): void {
    this.#byte(0xc0);
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** `value` is a safe integer. */
  integer(value: number): void {
    this.#reserve(9);
    if (value >= 0) this.#unsigned(value);
    else this.#negative(value);
  }

  /** A time, an index, a number of things. Throws `Malformed` unless `value` is an integer from 0 to 2^53 - 1. */
  count(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) malformed(`${value} is not an integer from 0 to 2^53 - 1`);
    this.#reserve(9);
    this.#unsigned(value);
  }

  /** `value` is beyond the safe integers and fits 64 bits. */
  bigInteger(value: bigint): void {
    this.#byte(value < 0n ? 0xd3 : 0xcf);
    this.#reserve(8);
    this.#view.setBigUint64(this.#at, BigInt.asUintN(64, value));
    this.#at += 8;
  }

  float64(value: number): void {
    this.#byte(0xcb);
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  array(count: number): void {
    this.#header(count, 0x90, 16, undefined, 0xdc);
  }

  map(count: number): void {
    this.#header(count, 0x80, 16, undefined, 0xde);
  }

  /** Throws `Malformed` when `text` has no UTF-8. */
  text(text: string): void {
    if (text.length <= SHORT_TEXT_LENGTH && this.#shortAscii(text)) return;
    if (hasLoneSurrogate(text)) malformed("text with half of a surrogate pair");
    this.#reserve(HEADER_BYTES_MAX + text.length * 3);
    const start = this.#at;
    const content = start + HEADER_BYTES_MAX;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(content));
    this.#header(written, 0xa0, 32, 0xd9, 0xda);
    if (this.#at !== content) this.#bytes.copyWithin(this.#at, content, content + written);
    this.#at += written;
  }

  binary(bytes: Uint8Array): void {
    this.#header(bytes.length, 0, 0, 0xc4, 0xc5);
    this.raw(bytes);
  }

  uuid(uuid: Uuid | ServerUuid | DomainUuid): void {
    this.#header(UUID_BYTES, 0, 0, 0xc4, 0xc5);
    this.#reserve(UUID_BYTES);
    writeUuid(uuid, this.#bytes, this.#at);
    this.#at += UUID_BYTES;
  }

  /** Eight bytes, big-endian, as binary. */
  binary64(value: bigint): void {
    this.#header(8, 0, 0, 0xc4, 0xc5);
    this.#reserve(8);
    this.#view.setBigUint64(this.#at, value);
    this.#at += 8;
  }

  /** Bytes that are MessagePack already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** As `raw`, of bytes that come as characters (latin1). */
  rawLatin1(text: string): void {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index += 1) this.#bytes[this.#at + index] = text.charCodeAt(index);
    this.#at += text.length;
  }

  #shortAscii(text: string): boolean {
    const { length } = text;
    // What the header reserves as well: it must not move to another block once the text is written behind its place.
    this.#reserve(HEADER_BYTES_MAX + length);
    const bytes = this.#bytes;
    const content = this.#at + (length < 32 ? 1 : 2);
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      bytes[content + index] = unit;
    }
    this.#header(length, 0xa0, 32, 0xd9, 0xda);
    this.#at += length;
    return true;
  }

  /** A length in the first form that holds it: in the first byte, in 8 bits (where there is that form), 16, or 32. */
  #header(count: number, fixed: number, fixedBelow: number, code8: number | undefined, code16: number): void {
    this.#reserve(HEADER_BYTES_MAX);
    if (count < fixedBelow) {
      this.#bytes[this.#at++] = fixed | count;
    } else if (code8 !== undefined && count < 0x100) {
      this.#bytes[this.#at++] = code8;
      this.#bytes[this.#at++] = count;
    } else if (count < 0x10000) {
      this.#bytes[this.#at++] = code16;
      this.#bytes[this.#at++] = count >>> 8;
      this.#bytes[this.#at++] = count;
    } else {
      this.#bytes[this.#at++] = code16 + 1;
      this.#view.setUint32(this.#at, count);
      this.#at += 4;
    }
  }

  #unsigned(value: number): void {
    const bytes = this.#bytes;
    if (value < 0x80) {
      bytes[this.#at++] = value;
    } else if (value < 0x100) {
      bytes[this.#at++] = 0xcc;
      bytes[this.#at++] = value;
    } else if (value < 0x10000) {
      bytes[this.#at++] = 0xcd;
      bytes[this.#at++] = value >>> 8;
      bytes[this.#at++] = value;
    } else if (value < TWO_TO_THE_32) {
      bytes[this.#at++] = 0xce;
      this.#view.setUint32(this.#at, value);
      this.#at += 4;
    } else {
      bytes[this.#at++] = 0xcf;
      this.#integer64(value);
    }
  }

  #negative(value: number): void {
    const bytes = this.#bytes;
    if (value >= -0x20) {
      bytes[this.#at++] = value;
    } else if (value >= -0x80) {
      bytes[this.#at++] = 0xd0;
      bytes[this.#at++] = value;
    } else if (value >= -0x8000) {
      bytes[this.#at++] = 0xd1;
      this.#view.setInt16(this.#at, value);
      this.#at += 2;
    } else if (value >= -0x8000_0000) {
      bytes[this.#at++] = 0xd2;
      this.#view.setInt32(this.#at, value);
      this.#at += 4;
    } else {
      bytes[this.#at++] = 0xd3;
      this.#integer64(value);
    }
  }

  #integer64(value: number): void {
    const high = Math.floor(value / TWO_TO_THE_32);
    this.#view.setInt32(this.#at, high);
    this.#view.setUint32(this.#at + 4, value - high * TWO_TO_THE_32);
    this.#at += 8;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  #reserve(count: number): void {
    if (count > this.#bytes.length - this.#at) this.#move(this.#at - this.#start + count);
  }

  /** Goes on in another block, with at least `needed` bytes for what is being written; what is large gets one to itself. */
  #move(needed: number): void {
    const bytes = new Uint8Array(needed <= BLOCK_BYTES / 4 ? BLOCK_BYTES : 2 * needed);
    bytes.set(this.#bytes.subarray(this.#start, this.#at));
    this.#at -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
