import type { Value } from "@concordat/crdt";
import { decodeName } from "./name-cache.js";
import { decodeText } from "./utf8.js";
import type { WireReader } from "./wire-reader.js";

/** Takes one value that `scanValue` has accepted: so it recurses no deeper than that allowed. */
export const takeValue = (reader: WireReader): Value => {
  const token = reader.peek();
  if (token < 0x80 || (token >= 0xcc && token <= 0xce)) return reader.integer();
  if (token >= 0xe0) {
    reader.at += 1;
    return token - 0x100;
  }
  if (token >> 4 === 0x8 || token >= 0xde) return readMap(reader);
  if (token >> 4 === 0x9 || token >= 0xdc) return readArray(reader);
  if (token >> 5 === 0x5 || token >= 0xd9) return readText(reader);
  if (token <= 0xc3) return reader.boolean();
  if (token <= 0xc6) return new Uint8Array(reader.bytes.subarray(reader.binary(), reader.at));
  return readWideNumber(reader, token);
};

const readText = (reader: WireReader): string => {
  const start = reader.knownText();
  return decodeText(reader.bytes, start, reader.at);
};

const readArray = (reader: WireReader): Value[] => {
  const count = reader.array();
  const values: Value[] = [];
  for (let index = 0; index < count; index += 1) values.push(takeValue(reader));
  return values;
};

const readMap = (reader: WireReader): Value => {
  const count = reader.map();
  const object: Record<string, Value> = {};
  for (let index = 0; index < count; index += 1) setOwn(object, readKey(reader), takeValue(reader));
  return object;
};

const readKey = (reader: WireReader): string => {
  const start = reader.knownText();
  return decodeName(reader.bytes, start, reader.at);
};

/** Assigning to `__proto__` would set the prototype in place of a property. */
const setOwn = (object: Record<string, Value>, key: string, value: Value): void => {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
};

const readWideNumber = (reader: WireReader, token: number): number | bigint => {
  const { bytes } = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset + reader.at + 1, bytes.length - reader.at - 1);
  reader.at += WIDE_BYTES.get(token) as number;
  switch (token) {
    case 0xcb:
      return view.getFloat64(0);
    case 0xcf:
      return safeNumber(view.getBigUint64(0));
    case 0xd0:
      return view.getInt8(0);
    case 0xd1:
      return view.getInt16(0);
    case 0xd2:
      return view.getInt32(0);
    default:
      return safeNumber(view.getBigInt64(0));
  }
};

/** Bytes of the numbers that are read here, by their code, which is counted. */
const WIDE_BYTES = new Map([
  [0xcb, 9],
  [0xcf, 9],
  [0xd0, 2],
  [0xd1, 3],
  [0xd2, 5],
  [0xd3, 9],
]);

const safeNumber = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
