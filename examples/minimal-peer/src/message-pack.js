/* MessagePack as the protocol restricts it: docs/protocol.md, sections 3 and 4. */

/** Bytes that break a rule; `code` is the protocol's. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const shape = (message) => {
  throw new Refused("shape", message);
};

const DEPTH_MAX = 16;
const CONTAINERS_MAX = 262_144;

/** Takes what is there, item by item, and refuses whatever is not in its one form. */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
  }

  get isAtEnd() {
    return this.at === this.bytes.length;
  }

  peek() {
    return this.at < this.bytes.length ? this.bytes[this.at] : shape("cut off");
  }

  take(length) {
    if (length > this.bytes.length - this.at) shape("a length beyond the end");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** A big-endian number of 1, 2, 4 or 8 bytes, at least `least`. */
  number(width, least = 0) {
    const at = this.at;
    this.take(width);
    let value = 0;
    if (width === 1) value = this.view.getUint8(at);
    if (width === 2) value = this.view.getUint16(at);
    if (width === 4) value = this.view.getUint32(at);
    if (width === 8) value = this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4);
    if (value < least) shape("not in its shortest form");
    return value;
  }

  nil() {
    if (this.peek() !== 0xc0) return false;
    this.at += 1;
    return true;
  }

  boolean() {
    const [token] = this.take(1);
    if (token !== 0xc2 && token !== 0xc3) shape("not a boolean");
    return token === 0xc3;
  }

  integer() {
    const [token] = this.take(1);
    if (token < 0x80) return token;
    const [width, least] = { 204: [1, 0x80], 205: [2, 0x100], 206: [4, 0x10000], 207: [8, 2 ** 32] }[token] ?? [];
    if (width === undefined) shape("not an integer from 0 on");
    const value = this.number(width, least);
    return Number.isSafeInteger(value) ? value : shape("beyond 2^53 - 1");
  }

  #count(fix, code16, bytesEach) {
    const [token] = this.take(1);
    let count = -1;
    if (token >> 4 === fix) count = token & 15;
    if (token === code16) count = this.number(2, 16);
    if (token === code16 + 1) count = this.number(4, 0x10000);
    if (count < 0) shape("not an array or map of the kind that is due");
    return count * bytesEach <= this.bytes.length - this.at ? count : shape("a count beyond the end");
  }

  array() {
    return this.#count(0x9, 0xdc, 1);
  }

  map() {
    return this.#count(0x8, 0xde, 2);
  }

  arrayOf(length) {
    if (this.array() !== length) shape(`not an array of ${length}`);
  }

  text() {
    const [token] = this.take(1);
    let length = token >> 5 === 5 ? token & 31 : -1;
    if (token === 0xd9) length = this.number(1, 32);
    if (token === 0xda) length = this.number(2, 0x100);
    if (token === 0xdb) length = this.number(4, 0x10000);
    if (length < 0) shape("not a text");
    const bytes = this.take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return shape("not UTF-8");
    }
  }

  /** Of that many bytes, or of any number. */
  binary(length) {
    const [token] = this.take(1);
    let found = -1;
    if (token === 0xc4) found = this.number(1);
    if (token === 0xc5) found = this.number(2, 0x100);
    if (token === 0xc6) found = this.number(4, 0x10000);
    if (found < 0 || (length !== undefined && found !== length)) shape("not the binary that is due");
    return this.take(found);
  }

  uuid() {
    return hexOf(this.binary(16));
  }

  list(read) {
    return Array.from({ length: this.array() }, read);
  }

  /** One value, checked in full; its bytes as hex. */
  value() {
    const start = this.at;
    this.containers = 0;
    this.#value(1);
    return hexOf(this.bytes.subarray(start, this.at));
  }

  #value(depth) {
    const token = this.peek();
    if (token < 0x80 || (token >= 0xcc && token <= 0xce)) return this.integer();
    if (token >= 0xe0 || token === 0xc2 || token === 0xc3) return this.take(1);
    if (token >> 5 === 5 || (token >= 0xd9 && token <= 0xdb)) return this.text();
    if (token >= 0xc4 && token <= 0xc6) return this.binary();
    if (token === 0xcb) return this.#float();
    if (token >= 0xcf && token <= 0xd3) return this.#wide(token);
    const isMap = token >> 4 === 8 || token === 0xde || token === 0xdf;
    if (!isMap && token >> 4 !== 9 && token !== 0xdc && token !== 0xdd) shape("nil, an extension, or no value");
    this.containers += 1;
    if (depth > DEPTH_MAX || this.containers > CONTAINERS_MAX) shape("nested too deeply, or in too many");
    let count = isMap ? this.map() : this.array();
    let before;
    for (; count > 0; count -= 1) {
      if (isMap) before = this.key(before);
      this.#value(depth + 1);
    }
    return undefined;
  }

  #float() {
    this.take(9);
    const value = this.view.getFloat64(this.at - 8);
    if (!Number.isFinite(value) || Number.isSafeInteger(value)) shape("a number that has another form, or none");
  }

  #wide(token) {
    this.take(1);
    const width = { 207: 8, 208: 1, 209: 2, 210: 4, 211: 8 }[token];
    const value = BigInt(`0x${hexOf(this.take(width))}`);
    if (token === 0xcf) return value < 2n ** 32n && shape("not in its shortest form");
    const signed = BigInt.asIntN(width * 8, value);
    const short = width === 1 ? -32n : -(2n ** BigInt(width * 4 - 1));
    return (signed >= 0n || signed >= short) && shape("not in its shortest form");
  }

  /** A key of a map, which comes after `before` by its UTF-8 bytes. */
  key(before) {
    const key = this.text();
    if (before !== undefined && compareTexts(before, key) >= 0) shape("keys out of order, or one twice");
    return key;
  }

  /** What a later version has added, passed over. */
  skip(depth = 1) {
    const [token] = this.take(1);
    const sized = { 196: 1, 197: 2, 198: 4, 217: 1, 218: 2, 219: 4 }[token];
    const fixed = { 202: 4, 203: 8, 204: 1, 205: 2, 206: 4, 207: 8, 208: 1, 209: 2, 210: 4, 211: 8 }[token];
    if (token < 0x80 || token >= 0xe0 || token === 0xc0 || token === 0xc2 || token === 0xc3) return;
    if (token >> 5 === 5) return void this.take(token & 31);
    if (sized !== undefined) return void this.take(this.number(sized));
    if (fixed !== undefined) return void this.take(fixed);
    const isMap = token >> 4 === 8 || token === 0xde || token === 0xdf;
    const width = { 220: 2, 221: 4, 222: 2, 223: 4 }[token];
    if (width === undefined && token >> 4 !== 8 && token >> 4 !== 9) shape("an extension, or the unused code");
    if (depth > DEPTH_MAX) shape("nested too deeply");
    const count = width === undefined ? token & 15 : this.number(width);
    if (count > this.bytes.length - this.at) shape("a count beyond the end");
    for (let index = 0; index < count; index += 1) {
      if (isMap && this.peek() >> 5 !== 5 && (this.peek() < 0xd9 || this.peek() > 0xdb)) shape("a key that is no text");
      if (isMap) this.skip(depth + 1);
      this.skip(depth + 1);
    }
  }
}

export const hexOf = (bytes) => Buffer.from(bytes).toString("hex");
export const bytesOf = (hex) => Buffer.from(hex, "hex");
export const compareTexts = (left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right));

const header = (count, fix, below, code8, code16) => {
  if (count < below) return Buffer.of(fix | count);
  if (code8 !== undefined && count < 0x100) return Buffer.of(code8, count);
  const bytes = Buffer.alloc(count < 0x10000 ? 3 : 5);
  bytes[0] = count < 0x10000 ? code16 : code16 + 1;
  if (count < 0x10000) bytes.writeUInt16BE(count, 1);
  else bytes.writeUInt32BE(count, 1);
  return bytes;
};

export const nil = Buffer.of(0xc0);
export const boolean = (value) => Buffer.of(value ? 0xc3 : 0xc2);
export const array = (...items) => Buffer.concat([header(items.length, 0x90, 16, undefined, 0xdc), ...items]);
export const binary = (bytes) => Buffer.concat([header(bytes.length, 0, 0, 0xc4, 0xc5), bytes]);
export const uuid = (hex) => binary(bytesOf(hex));

export const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([header(bytes.length, 0xa0, 32, 0xd9, 0xda), bytes]);
};

/** `pairs` of a text and bytes, in any order. */
export const map = (pairs) => {
  const sorted = [...pairs].sort(([left], [right]) => compareTexts(left, right));
  return Buffer.concat([
    header(sorted.length, 0x80, 16, undefined, 0xde),
    ...sorted.flatMap(([key, value]) => [text(key), value]),
  ]);
};

/** An integer from 0 to 2^53 - 1. */
export const integer = (value) => {
  if (value < 0x80) return Buffer.of(value);
  const width = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = { 1: 0xcc, 2: 0xcd, 4: 0xce, 8: 0xcf }[width];
  if (width === 8) bytes.writeBigUInt64BE(BigInt(value), 1);
  else bytes.writeUIntBE(value, 1, width);
  return bytes;
};

/** What JSON can say, but for null: what this peer writes itself. */
export const jsonValue = (value) => {
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return boolean(value);
  if (Array.isArray(value)) return array(...value.map(jsonValue));
  if (typeof value === "object") return map(Object.entries(value).map(([key, inner]) => [key, jsonValue(inner)]));
  if (!Number.isSafeInteger(value)) {
    const bytes = Buffer.of(0xcb, 0, 0, 0, 0, 0, 0, 0, 0);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (value >= 0) return integer(value);
  if (value >= -32) return Buffer.of(value & 0xff);
  const width = value >= -0x80 ? 1 : value >= -0x8000 ? 2 : value >= -(2 ** 31) ? 4 : 8;
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = { 1: 0xd0, 2: 0xd1, 4: 0xd2, 8: 0xd3 }[width];
  if (width === 8) bytes.writeBigInt64BE(BigInt(value), 1);
  else bytes.writeIntBE(value, 1, width);
  return bytes;
};
