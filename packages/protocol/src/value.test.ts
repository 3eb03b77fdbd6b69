import type { Value } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "./protocol-error.js";
import { decodeValue, encodeValue } from "./value.js";

const hexOf = (value: Value): string => Buffer.from(encodeValue(value)).toString("hex");
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const errorOf = (run: () => unknown): ProtocolError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("one value, one encoding", () => {
  test.each<[string, Value, string]>([
    ["minus zero is zero", -0, "00"],
    ["a bigint that a number holds is that number", 5n, "05"],
    ["an integer beyond 32 bits is no floating point", 2 ** 32, "cf0000000100000000"],
    ["a negative integer beyond 32 bits", -(2 ** 31) - 1, "d3ffffffff7fffffff"],
    ["the greatest safe integer", Number.MAX_SAFE_INTEGER, "cf001fffffffffffff"],
    ["a bigint beyond the safe integers", 2n ** 53n, "cf0020000000000000"],
    ["a number beyond the safe integers", 2 ** 53, "cb4340000000000000"],
    ["the smallest 64-bit integer", -(2n ** 63n), "d38000000000000000"],
    ["a number that 32 bits of floating point would hold", 0.5, "cb3fe0000000000000"],
    ["keys in the order of their bytes, not of their code units", { 𐀀: 1, "\uE000": 2 }, "82a3ee808002a4f090808001"],
    ["keys that look like indexes, which objects put first", { 10: 1, 9: 2, "!": 3 }, "83a12103a2313001a13902"],
  ])("%s", (_, value, hex) => {
    expect(hexOf(value)).toBe(hex);
    expect(hexOf(decodeValue(fromHex(hex)))).toBe(hex);
  });

  test.each([15, 16, 31, 32, 255, 256, 65_535, 65_536])("lengths of %i take their shortest header", (length) => {
    const text = "x".repeat(length);
    const bytes = new Uint8Array(length).fill(1);
    const array = new Array<number>(length).fill(0);
    const object = Object.fromEntries(array.map((_, index) => [`k${index}`, 0]));
    expect(decodeValue(encodeValue(text))).toBe(text);
    expect(Buffer.compare(decodeValue(encodeValue(bytes)) as Uint8Array, bytes)).toBe(0);
    expect(decodeValue(encodeValue(array))).toEqual(array);
    expect(Object.keys(decodeValue(encodeValue(object)))).toHaveLength(length);
    expect(encodeValue("é".repeat(length)).length).toBe(encodeValue("xx".repeat(length)).length);
  });

  test("a Buffer is bytes like any others, and what is decoded is a copy", () => {
    const encoded = encodeValue(Buffer.from([1, 2, 3]));
    const decoded = decodeValue(Buffer.from(encoded)) as Uint8Array;
    encoded.fill(0);
    expect(decoded).toEqual(new Uint8Array([1, 2, 3]));
    expect(decoded.constructor).toBe(Uint8Array);
  });

  test("a byte order mark is a character", () => {
    const text = `\uFEFF${"é".repeat(200)}`;
    expect(decodeValue(encodeValue(text))).toBe(text);
  });

  test("a key __proto__ is a key, and touches no prototype", () => {
    const bytes = encodeValue(JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as Value);
    const decoded = decodeValue(bytes) as Record<string, Value>;
    expect(Object.keys(decoded)).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(decoded.polluted).toBeUndefined();
    expect(encodeValue(decoded)).toEqual(bytes);
  });

  test("a getter that encodes a value does not disturb the one that is being encoded", () => {
    const value = {
      get a(): string {
        return Buffer.from(encodeValue("inner")).toString("hex");
      },
      b: 1,
    };
    expect(decodeValue(encodeValue(value))).toEqual({ a: "a5696e6e6572", b: 1 });
  });
});

describe("what the caller may not store", () => {
  test.each<[unknown, string]>([
    [null, "attributes: null"],
    [{ tags: ["a", "b", "c", undefined] }, "attributes.tags[3]: undefined"],
    [{ a: { b: [1, { c: Number.NaN }] } }, "attributes.a.b[1].c: NaN"],
    [[Number.POSITIVE_INFINITY], "attributes[0]: Infinity"],
    [[1, 2n ** 64n], "attributes[1]: 18446744073709551616"],
    [[-(2n ** 63n) - 1n], "attributes[0]: -9223372036854775809"],
    ["half \uD800 pair", "attributes: text with half of a surrogate pair"],
    [{ ok: 1, "\uDC00": 1 }, "attributes.\uDC00: text with half of a surrogate pair"],
    [{ ok: [[], {}], when: new Date(0) }, "attributes.when: Date is not a value"],
    [[new Map()], "attributes[0]: Map is not a value"],
    [[new Uint16Array(2)], "attributes[0]: Uint16Array is not a value"],
    [[() => 1], "attributes[0]: function is not a value"],
    [[Symbol("s")], "attributes[0]: symbol is not a value"],
    [new Array(2), "attributes[0]: undefined is not a value"],
  ])("%o", (value, message) => {
    const error = errorOf(() => encodeValue(value as Value, "attributes"));
    expect(error).toMatchObject({ code: "shape", blame: "caller" });
    expect(error.message).toContain(message);
  });

  test("a value that contains itself", () => {
    const cycle: Value[] = [];
    cycle.push(cycle);
    expect(errorOf(() => encodeValue(cycle)).message).toContain("nested deeper than 16");
  });

  test("more arrays than one value may have", () => {
    const error = errorOf(() => encodeValue(new Array<Value>(262_144).fill([])));
    expect(error.message).toContain("262144 arrays");
  });
});

const nested = (depth: number): Value => {
  let value: Value = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { k: value };
  return value;
};

test("nesting is limited, to the same depth in both directions", () => {
  const deepest = encodeValue(nested(16));
  expect(decodeValue(deepest)).toEqual(nested(16));
  expect(errorOf(() => encodeValue(nested(17))).code).toBe("shape");
  expect(errorOf(() => decodeValue(Uint8Array.from([0x91, ...deepest]))).message).toContain("nested deeper than 16");
  expect(decodeValue(encodeValue(nested(40), "value", 40), 40)).toEqual(nested(40));
});

/** What others send in bad faith, or from an encoder that is not canonical. */
describe("bytes that are refused", () => {
  test.each([
    ["nothing", ""],
    ["nil", "c0"],
    ["nil inside", "91c0"],
    ["the unused code", "c1"],
    ["a fixed extension", "d4000a"],
    ["a record definition of some encoders", "d472405301a161"],
    ["a reference of some encoders", "d67000000001"],
    ["an extension of any length", "c70105ff"],
    ["a timestamp", "d6ff00000000"],
    ["32 bits of floating point", "ca3f800000"],
    ["an integer in floating point", "cb3ff0000000000000"],
    ["minus zero", "cb8000000000000000"],
    ["not a number", "cb7ff8000000000000"],
    ["infinity", "cb7ff0000000000000"],
    ["5 in 8 bits", "cc05"],
    ["200 in 16 bits", "cd00c8"],
    ["60000 in 32 bits", "ce0000ea60"],
    ["5 in 64 bits", "cf0000000000000005"],
    ["-1 in 8 bits", "d0ff"],
    ["-100 in 16 bits", "d1ff9c"],
    ["-1000 in 32 bits", "d2fffffc18"],
    ["-5 in 64 bits", "d3fffffffffffffffb"],
    ["200 in signed 16 bits", "d100c8"],
    ["2^40 in signed 64 bits", "d30000010000000000"],
    ["a short text with a long header", "d90161"],
    ["a text of 40 bytes with a 16-bit header", `da0028${"61".repeat(40)}`],
    ["short binary with a 16-bit header", "c5000100"],
    ["a short array with a 16-bit header", "dc000101"],
    ["a short map with a 16-bit header", "de0001a16101"],
    ["a key that is a number", "810101"],
    ["a key that is binary", "81c4016101"],
    ["keys out of order", "82a16201a16101"],
    ["a key twice", "82a16101a16102"],
    ['1 and "1" as keys', "820101a13102"],
    ["a byte left over", "0101"],
    ["cut off in a text", "a361"],
    ["cut off in an array", "9201"],
    ["cut off in a map, after a key", "81a161"],
    ["cut off in a number", "cd01"],
    ["an overlong UTF-8 form", "a2c0af"],
    ["a surrogate in UTF-8", "a3eda080"],
    ["beyond U+10FFFF", "a4f4908080"],
    ["a continuation byte alone", "a180"],
    ["UTF-8 cut off at the end of a text", "a1c3"],
    ["an array that claims 4 billion elements", "ddffffffff"],
    ["a map that claims 4 billion keys", "dfffffffff"],
    ["a text that claims 4 GiB", "dbffffffff61"],
    ["binary that claims 4 GiB", "c6ffffffff00"],
    ["a map of more keys than bytes", "8fa16101"],
  ])("%s", (_, hex) => {
    expect(errorOf(() => decodeValue(fromHex(hex)))).toMatchObject({ code: "shape", blame: "peer" });
  });

  test("72 KiB of nested arrays cost nothing", () => {
    const bomb = new Uint8Array(72 * 1024).fill(0x91);
    expect(errorOf(() => decodeValue(bomb)).message).toContain("nested deeper than 16");
    expect(errorOf(() => decodeValue(bomb, 1_000_000)).message).toContain("beyond the end");
  });

  test("a million empty maps are not built", () => {
    const bomb = new Uint8Array(5 + 1_000_000).fill(0x80);
    bomb.set([0xdd, 0x00, 0x0f, 0x42, 0x40]);
    expect(errorOf(() => decodeValue(bomb)).message).toContain("more than 262144 arrays and maps");
  });

  test("a byte left over after 16 MiB is not shown", () => {
    const bytes = new Uint8Array(16 * 1024 * 1024 + 6);
    bytes.set([0xc6, 0x01, 0x00, 0x00, 0x00]);
    const error = errorOf(() => decodeValue(bytes));
    expect(error.message).toContain("bytes left over");
    expect(error.message.length).toBeLessThan(200);
  });
});
