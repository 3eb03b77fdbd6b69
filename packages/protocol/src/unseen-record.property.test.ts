import { type EntryState, type Seen, sameBytes, unseenPart } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEntry, readEntry, unseenRecord } from "./index.js";
import { arbitraryEntry, indexOfServer, SERVERS } from "./testing/arbitrary-entry.js";

/** Times around those of the entries that `arbitraryEntry` makes, and nothing. */
const seenMicros = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 }), fc.maxSafeNat()), {
  minLength: SERVERS.length - 1,
  maxLength: SERVERS.length,
});

/** Only registers with one version, as most entries have. */
const plain = (entry: EntryState): EntryState => {
  const attributes = [...entry.attributes].flatMap(([name, { register }]) =>
    register ? [[name, { register: { ...register, siblings: [] } }] as const] : [],
  );
  return { ...entry, attributes: new Map(attributes) } as EntryState;
};

const NOTHING = new Uint8Array();

const expectAsUnseenPart = (state: EntryState, micros: readonly number[]): string => {
  const record = encodeEntry(state, indexOfServer);
  const seen: Seen = (server) => micros[indexOfServer(server)] ?? 0;
  const found = unseenRecord(record, micros);
  if (found === "not-plain") return found;
  const part = unseenPart(readEntry(record, SERVERS), seen);
  const expected = part ? encodeEntry(part, indexOfServer) : NOTHING;
  expect(sameBytes(found === "nothing" ? NOTHING : found, expected)).toBe(true);
  if (found === record) return "all";
  return found === "nothing" ? found : "a part";
};

test("a record is cut down as its state is, or is said to be none that can be", () => {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(arbitraryEntry, fc.array(seenMicros, { minLength: 10, maxLength: 10 }), (entry, seen) => {
      for (const state of [entry, plain(entry)]) {
        for (const micros of seen) {
          const kind = expectAsUnseenPart(state, micros);
          counts.set(kind, (counts.get(kind) ?? 0) + 1);
        }
      }
    }),
    { numRuns: 80 },
  );
  for (const kind of ["all", "nothing", "a part", "not-plain"]) expect(counts.get(kind), kind).toBeGreaterThan(20);
});
