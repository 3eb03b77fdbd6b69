import type { Value } from "@concordat/crdt";
import { isJsonObject, type Json, type JsonObject } from "./json.js";
import { pointerTo } from "./json-pointer.js";

/**
 * What JSON lacks travels as an object with one member:
 *
 *     {"$bytes": "aGk="}                    bytes, in base64 (base64url and missing padding are accepted too)
 *     {"$integer": "9223372036854775807"}   an integer of 64 bits
 *     {"$double": "1e+20"}                  a whole number beyond 2^53 - 1 that is not an integer of 64 bits exactly
 *     {"$object": {"$bytes": 1}}            an object that would read as one of these
 */
const TAGS = new Set(["$bytes", "$integer", "$double", "$object"]);

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 64n - 1n;
const INTEGER = /^-?\d{1,20}$/;
const DOUBLE = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** A value that the model does not have. */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";

  constructor(
    /** Where it stands in the body: a JSON pointer (RFC 6901). */
    readonly pointer: string,
    message: string,
  ) {
    super(message);
  }
}

export const valueToJson = (value: Value): Json => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return numberToJson(value);
    case "bigint":
      return isSafe(value) ? Number(value) : { $integer: value.toString() };
    default:
      return containerToJson(value);
  }
};

/**
 * The value that `json` stands for. `pointer` says where `json` stands, for errors.
 *
 * @throws InvalidValue for null, and for an object with a tag whose content is not what the tag promises.
 */
export const valueFromJson = (json: Json, pointer: string): Value => {
  if (json === null) throw new InvalidValue(pointer, "null is not a value: leave it out, or remove what holds it");
  if (typeof json !== "object") return json;
  if (isArray(json)) return (json as readonly Json[]).map((item, index) => itemFromJson(item, pointer, index));
  const tag = tagOf(json);
  if (tag === undefined) return objectFromJson(json, pointer);
  return tagged(tag, json[tag] as Json, pointerTo(pointer, tag));
};

/** Whether `json` is an object of JSON only to stand for something else. */
export const isTagged = (json: JsonObject): boolean => tagOf(json) !== undefined;

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isSafe = (value: bigint): boolean => BigInt.asIntN(54, value) === value && value !== -(2n ** 53n);

/** Large whole numbers would print as the integers that this API refuses to read. */
const numberToJson = (value: number): Json =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? { $double: String(value) } : value;

const containerToJson = (value: Exclude<Value, string | number | bigint | boolean>): Json => {
  if (value instanceof Uint8Array) return { $bytes: base64(value) };
  if (isArray(value)) return (value as readonly Value[]).map(valueToJson);
  const object = mapMembers(value as Readonly<Record<string, Value>>, (member) => valueToJson(member));
  return isTagged(object) ? { $object: object } : object;
};

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

const tagOf = (json: JsonObject): string | undefined => {
  let only: string | undefined;
  for (const name in json) {
    if (only !== undefined) return undefined;
    only = name;
  }
  return only !== undefined && TAGS.has(only) ? only : undefined;
};

const tagged = (tag: string, content: Json, pointer: string): Value => {
  if (tag === "$object") {
    if (isJsonObject(content)) return objectFromJson(content, pointer);
    throw new InvalidValue(pointer, "$object takes an object");
  }
  if (typeof content !== "string") throw new InvalidValue(pointer, `${tag} takes a string`);
  if (tag === "$bytes") return bytesOf(content, pointer);
  return tag === "$integer" ? integerOf(content, pointer) : doubleOf(content, pointer);
};

const bytesOf = (text: string, pointer: string): Uint8Array => {
  const digits = text.replace(/=+$/, "");
  if (!BASE64.test(text) || digits.length % 4 === 1) throw new InvalidValue(pointer, "$bytes takes base64");
  return new Uint8Array(Buffer.from(digits, "base64"));
};

const integerOf = (text: string, pointer: string): number | bigint => {
  const value = INTEGER.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value < INTEGER_MIN || value > INTEGER_MAX) {
    throw new InvalidValue(pointer, `$integer takes a decimal integer from ${INTEGER_MIN} to ${INTEGER_MAX}`);
  }
  return isSafe(value) ? Number(value) : value;
};

const doubleOf = (text: string, pointer: string): number => {
  const value = DOUBLE.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new InvalidValue(pointer, "$double takes a finite decimal number");
  return value;
};

const objectFromJson = (json: JsonObject, pointer: string): Value =>
  mapMembers(json, (member, name) => itemFromJson(member, pointer, name));

/** Most members are plain: no pointer is built for them. */
const itemFromJson = (json: Json, parent: string, token: string | number): Value =>
  typeof json === "object" ? valueFromJson(json, pointerTo(parent, token)) : json;

/** Members are defined, not assigned: a name is never taken for the prototype. */
const mapMembers = <From, To>(
  object: Readonly<Record<string, From>>,
  map: (member: From, name: string) => To,
): Record<string, To> => Object.fromEntries(Object.entries(object).map(([name, member]) => [name, map(member, name)]));
