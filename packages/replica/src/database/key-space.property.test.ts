import { parseUuid, type Uuid } from "@concordat/crdt";
import { compareKeys } from "@concordat/storage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commitKey,
  cursorKey,
  entriesAfter,
  entryKey,
  entryKeyOfBytes,
  feedBetween,
  feedKey,
  metaKey,
  numberOfKey,
  readNumber,
  ruvKey,
  writeNumber,
} from "./key-space.js";

const number = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 52, 2 ** 53 - 1));
const uuid = fc.uuid().map((text) => parseUuid(text) as Uuid);

const sign = (value: number): number => Math.sign(value);

describe("numbers", () => {
  test("read as they were written, at any place of any view", () => {
    fc.assert(
      fc.property(number, fc.nat(9), (value, offset) => {
        const bytes = new Uint8Array(new ArrayBuffer(64), 5, 40);
        writeNumber(value, bytes, offset);
        expect(readNumber(bytes, offset)).toBe(value);
      }),
    );
  });

  for (const key of [commitKey, feedKey, ruvKey]) {
    test("in keys stand in the order of the bytes, and read back", () => {
      fc.assert(
        fc.property(number, number, (left, right) => {
          expect(sign(compareKeys(key(left), key(right)))).toBe(sign(left - right));
          expect(numberOfKey(key(left))).toBe(left);
        }),
      );
    });
  }
});

describe("uuids", () => {
  for (const key of [entryKey, cursorKey as (uuid: Uuid) => Uint8Array]) {
    test("in keys stand in the order of their text", () => {
      fc.assert(
        fc.property(uuid, uuid, (left, right) => {
          const order = left < right ? -1 : left > right ? 1 : 0;
          expect(sign(compareKeys(key(left), key(right)))).toBe(order);
        }),
      );
    });
  }

  test("as bytes name the same entry", () => {
    fc.assert(
      fc.property(uuid, (value) => {
        expect(entryKeyOfBytes(entryKey(value).subarray(1))).toEqual(entryKey(value));
      }),
    );
  });
});

test("the spaces do not meet", () => {
  const one = "11111111-1111-4111-8111-111111111111" as Uuid;
  const keys = [commitKey(1), entryKey(one), feedKey(1), cursorKey(one as never), metaKey("clock"), ruvKey(1)];
  expect(new Set(keys.map(([space]) => space)).size).toBe(keys.length);
});

const isIn = (key: Uint8Array, { from, to }: { from: Uint8Array; to?: Uint8Array | undefined }): boolean =>
  compareKeys(from, key) <= 0 && (to === undefined || compareKeys(key, to) < 0);

test("ranges of the feed end where they say, and the entries after one begin with the next", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.nat(50), uuid, uuid, (after, through, sequence, left, right) => {
      expect(isIn(feedKey(sequence), feedBetween(after, through))).toBe(sequence > after && sequence <= through);
      expect(isIn(entryKey(right), entriesAfter(left))).toBe(right > left);
      expect(isIn(entryKey(left), entriesAfter(left))).toBe(false);
      expect(isIn(entryKey(right), entriesAfter(undefined))).toBe(true);
    }),
  );
});
