import { mergeEntry, type ServerUuid, sameBytes } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, decodeEntry, encodeEntry, readEntry } from "./index.js";
import { arbitraryEntry, indexOfServer, SERVERS } from "./testing/arbitrary-entry.js";

const decoded = (record: Uint8Array) => readEntry(record, SERVERS as readonly ServerUuid[]);

test("over the record of an earlier state, a state is encoded as it is from nothing", () => {
  let shared = 0;
  fc.assert(
    fc.property(arbitraryEntry, arbitraryEntry, (one, other) => {
      const record = encodeEntry(one, indexOfServer);
      const state = decoded(record);
      const attributes = new Map([...state.attributes, ...other.attributes]);
      for (const name of [...state.attributes.keys()].slice(0, 1))
        if (!other.attributes.has(name)) attributes.delete(name);
      const after = { ...state, attributes };
      expect(sameBytes(encodeEntry(after, indexOfServer, { state, record }), encodeEntry(after, indexOfServer))).toBe(
        true,
      );
      shared += [...attributes].filter(([name, one]) => state.attributes.get(name) === one).length;
    }),
    { numRuns: 200 },
  );
  expect(shared).toBeGreaterThan(200);
});

test("a state that equals the earlier one is its record", () => {
  fc.assert(
    fc.property(arbitraryEntry, (entry) => {
      const record = encodeEntry(entry, indexOfServer);
      const state = decodeEntry(record, SERVERS, DEFAULT_LIMITS);
      expect(sameBytes(encodeEntry(mergeEntry(state, state), indexOfServer, { state, record }), record)).toBe(true);
    }),
  );
});
