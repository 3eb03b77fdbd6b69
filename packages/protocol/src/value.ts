import type { Value, ValueBytes } from "@concordat/crdt";
import { type ByteWriter, writtenBytes } from "./byte-writer.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { malformed, shapeError } from "./malformed.js";
import { takeValue } from "./read-value.js";
import { scanValue, VALUE_CONTAINERS_MAX } from "./scan-value.js";
import { compareUtf8 } from "./utf8.js";
import { WireReader } from "./wire-reader.js";

/**
 * The one encoding of `value`: equal values have equal bytes, so that values are compared, and elements of sets
 * found, by their bytes. A bigint that a number could hold exactly is that number. `docs/protocol.md`, "Values".
 *
 * @param where names the value in errors, with what is inside appended: `attributes.tags[3]`.
 * @throws ProtocolError `shape`, blame `caller`: null or undefined inside, a number that is not finite, a bigint
 * beyond 64 bits, half of a surrogate pair, an object that is not plain, nesting beyond `depthMax`.
 */
export const encodeValue = (value: Value, where = "value", depthMax: number = DEFAULT_LIMITS.depthMax): ValueBytes => {
  const encoder = new ValueEncoder(depthMax);
  try {
    return writtenBytes((writer) => encoder.write(writer, value, 0));
  } catch (error) {
    throw shapeError(error, () => where + encoder.path, "caller");
  }
};

/**
 * The value in `bytes`: numbers for safe integers and floating point, bigint for integers beyond, plain objects whose
 * keys are all their own, `__proto__` too. The caller owns it: it holds no view of `bytes`.
 *
 * @throws ProtocolError `shape`, blame `peer`, when `bytes` are not the one encoding of a value.
 */
export const decodeValue = (bytes: Uint8Array, depthMax: number = DEFAULT_LIMITS.depthMax): Value => {
  try {
    const scanner = new WireReader(bytes);
    scanValue(scanner, depthMax);
    if (scanner.at !== bytes.length) malformed("bytes left over", scanner.at);
  } catch (error) {
    throw shapeError(error, () => "value", "peer");
  }
  return takeValue(new WireReader(bytes));
};

/**
 * As `decodeValue`, of bytes that have passed it, or that lie in an entry which was validated, before: nothing is checked again. What it
 * makes of any others is undefined, a `shape` error at best.
 */
export const readValue = (bytes: Uint8Array): Value => {
  try {
    return takeValue(new WireReader(bytes));
  } catch (error) {
    throw shapeError(error, () => "value", "peer");
  }
};

class ValueEncoder {
  readonly #depthMax: number;
  #containers = 0;
  /** The key or index at each depth of what is being written. */
  readonly #keys: (string | number)[] = [];
  #depth = 0;

  constructor(depthMax: number) {
    this.#depthMax = depthMax;
  }

  /** Where in the value it is: `[3].name`. */
  get path(): string {
    const steps = this.#keys.slice(0, this.#depth);
    return steps.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  }

  write(writer: ByteWriter, value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        writer.text(value);
        break;
      case "number":
        writeNumber(writer, value);
        break;
      case "bigint":
        writeBigInt(writer, value);
        break;
      case "boolean":
        writer.boolean(value);
        break;
      case "object":
        this.#writeObject(writer, value, depth);
        break;
      default:
        malformed(`${typeof value} is not a value`);
    }
  }

  #writeObject(writer: ByteWriter, value: object | null, depth: number): void {
    if (value === null) malformed("null is not a value: leave it out");
    if (isBytes(value)) writer.binary(value);
    else this.#writeContainer(writer, value, depth);
  }

  #writeContainer(writer: ByteWriter, value: object, depth: number): void {
    if (depth >= this.#depthMax) malformed(`nested deeper than ${this.#depthMax}`);
    this.#containers += 1;
    if (this.#containers > VALUE_CONTAINERS_MAX) malformed(`more than ${VALUE_CONTAINERS_MAX} arrays and objects`);
    if (Array.isArray(value)) this.#writeArray(writer, value, depth);
    else if (isPlainObject(value)) this.#writePlainObject(writer, value, depth);
    else malformed(`${value.constructor?.name || "such an object"} is not a value: plain objects only`);
  }

  #writeArray(writer: ByteWriter, values: readonly unknown[], depth: number): void {
    writer.array(values.length);
    for (let index = 0; index < values.length; index += 1) {
      this.#enter(index, depth);
      this.write(writer, values[index], depth + 1);
    }
    this.#depth = depth;
  }

  #writePlainObject(writer: ByteWriter, object: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(object).sort(compareUtf8);
    writer.map(keys.length);
    for (const key of keys) {
      this.#enter(key, depth);
      writer.text(key);
      this.write(writer, object[key], depth + 1);
    }
    this.#depth = depth;
  }

  #enter(key: string | number, depth: number): void {
    this.#keys[depth] = key;
    this.#depth = depth + 1;
  }
}

const writeNumber = (writer: ByteWriter, value: number): void => {
  if (!Number.isFinite(value)) malformed(`${value} is not a value: finite numbers only`);
  if (Number.isSafeInteger(value)) writer.integer(value);
  else writer.float64(value);
};

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

const writeBigInt = (writer: ByteWriter, value: bigint): void => {
  if (value < INT64_MIN || value > UINT64_MAX) malformed(`${value} is not a value: integers of 64 bits only`);
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) writer.integer(Number(value));
  else writer.bigInteger(value);
};

/** By its tag, so that bytes from another realm count. */
const isBytes = (value: object): value is Uint8Array =>
  ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === "Uint8Array";

/** A literal's, or one without a prototype; of any realm. */
const isPlainObject = (value: object): value is Record<string, unknown> => {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};
