import { parseUuid, type ServerUuid } from "@concordat/crdt";
import { ByteArena } from "@concordat/storage";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cursorBytes, cursorOf, ruvRowBytes, ruvRowOf, storedEntryBytes, storedEntryOf } from "./rows.js";

const number = fc.maxSafeNat();
const server = fc.uuid().map((text) => parseUuid<ServerUuid>(text) as ServerUuid);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** As a store gives it: somewhere in a larger buffer. */
const moved = (value: Uint8Array): Uint8Array => {
  const buffer = new Uint8Array(value.length + 20).fill(0xee);
  buffer.set(value, 7);
  return buffer.subarray(7, 7 + value.length);
};

test("entries", () => {
  fc.assert(
    fc.property(number, fc.uint8Array({ minLength: 1 }), (sequence, record) => {
      expect(storedEntryOf(moved(storedEntryBytes(sequence, record, new ByteArena())))).toEqual({ sequence, record });
    }),
  );
});

test("rows of the vector", () => {
  const row = fc.record({
    seen: number,
    purged: number,
    lineage: fc.record({ at: number, hash: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  });
  fc.assert(
    fc.property(server, row, (uuid, value) => {
      expect(ruvRowOf(moved(ruvRowBytes(uuid, value)))).toEqual({ server: uuid, row: value });
    }),
  );
});

test("cursors, which keep no view of the row", () => {
  fc.assert(
    fc.property(server, number, bytes(8), (uuid, sequence, commit) => {
      const cursor = { server: uuid, sequence, commit };
      const row = moved(cursorBytes(cursor));
      const read = cursorOf(uuid, row);
      row.fill(0);
      expect(read).toEqual(cursor);
    }),
  );
});
