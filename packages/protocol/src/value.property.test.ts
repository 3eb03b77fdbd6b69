import { isDeepStrictEqual } from "node:util";
import { sameBytes, type Value } from "@concordat/crdt";
import fc from "fast-check";
import { Unpackr } from "msgpackr";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "./protocol-error.js";
import { arbitraryValue } from "./testing/arbitrary-value.js";
import { mutated, seededRandom } from "./testing/mutate.js";
import { compareUtf8 } from "./utf8.js";
import { decodeValue, encodeValue, readValue } from "./value.js";

/** Each bigint that a number can hold, as that number: they are one value. */
const settled = (value: Value): Value => {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settled(inner)]));
};

/** The same value built anew, with the keys of its objects in another order. */
const shuffled = (value: Value): Value => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  const pairs = Object.entries(value).map(([key, inner]) => [key, shuffled(inner)] as const);
  return Object.fromEntries(pairs.reverse());
};

describe("a value", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => isDeepStrictEqual(decodeValue(encodeValue(value)), settled(value))),
    );
  });

  test("reads the same where it was validated before and nothing is checked again", () => {
    fc.assert(fc.property(arbitraryValue, (value) => isDeepStrictEqual(readValue(encodeValue(value)), settled(value))));
  });

  test("has one encoding, however its objects were built and its integers written", () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const bytes = encodeValue(value);
        return sameBytes(encodeValue(shuffled(value)), bytes) && sameBytes(encodeValue(settled(value)), bytes);
      }),
    );
  });

  test("is what another MessagePack decoder reads", () => {
    const other = new Unpackr({ useRecords: false, mapsAsObjects: false, copyBuffers: true });
    fc.assert(
      fc.property(arbitraryValue, (value) =>
        isDeepStrictEqual(plain(other.unpack(encodeValue(value))), settled(value)),
      ),
    );
  });

  test("is read only from that one encoding: whatever is accepted is encoded to the same bytes", () => {
    let accepted = 0;
    fc.assert(
      fc.property(arbitraryValue, fc.integer(), (value, seed) => {
        const random = seededRandom(seed);
        const bytes = encodeValue(value).subarray(0, 300);
        for (let round = 0; round < 300; round += 1) accepted += checkBytes(mutated(bytes, random));
      }),
    );
    expect(accepted).toBeGreaterThan(1_000);
  });

  test("is read only from that one encoding, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        checkBytes(bytes);
      }),
      { numRuns: 20_000 },
    );
  });
});

/** @returns 1 when `bytes` were accepted. */
const checkBytes = (bytes: Uint8Array): number => {
  let value: Value;
  try {
    value = decodeValue(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== "shape" || error.blame !== "peer") throw error;
    return 0;
  }
  if (!sameBytes(encodeValue(value), bytes)) throw new Error("accepted, and encoded to other bytes");
  return 1;
};

const plain = (value: unknown): unknown => {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)])) : value;
};

test("compareUtf8 orders texts as their UTF-8 bytes", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", "é", "\uD7FF", "\uE000", "\uFFFF", "𐀀", "\u{10FFFF}"),
    maxLength: 5,
  });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareUtf8(left, right))).toBe(expected);
    }),
  );
});
