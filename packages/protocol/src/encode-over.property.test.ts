import { type EntryState, isPlainEntry, type LiveEntry, mergeEntry, type ServerUuid, sameBytes } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, decodeEntry, encodeEntry, readEntry, readPlainPart } from "./index.js";
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

/** As most entries are: live, in their own place, each attribute a register with one value, or that was emptied. */
const registers = ({ uuid, createdAt, attributes }: EntryState, hasEmptied: boolean): LiveEntry => ({
  kind: "live",
  uuid,
  createdAt,
  conflictOf: undefined,
  attributes: new Map(
    [...attributes].flatMap(([name, { register }]) =>
      register && (hasEmptied || register.value) ? [[name, { register: { ...register, siblings: [] } }] as const] : [],
    ),
  ),
});

const only = (attributes: EntryState["attributes"], isWanted: (name: string) => boolean) =>
  new Map([...attributes].filter(([name]) => isWanted(name)));

test("over the record of which it is a part, a part that grew is encoded as the whole is", () => {
  const counts = { whole: 0, part: 0, added: 0, changed: 0 };
  const expectSameRecord = (record: Uint8Array, other: EntryState, more: number): void => {
    const whole = decoded(record);
    const isWanted = (name: string): boolean =>
      other.attributes.has(name) || [...whole.attributes.keys()].indexOf(name) === more;
    const part = readPlainPart(record, SERVERS, isWanted);
    const isRestPlain = isPlainEntry({ ...whole, attributes: only(whole.attributes, (name) => !isWanted(name)) });
    expect(part !== undefined).toBe(isRestPlain);
    counts[part ? "part" : "whole"] += 1;
    if (part === undefined) return;
    expect(part).toEqual({ ...whole, attributes: only(whole.attributes, isWanted) });
    const grown = ({ attributes }: EntryState) =>
      ({ ...part, attributes: new Map([...attributes, ...other.attributes]) }) satisfies EntryState;
    for (const name of other.attributes.keys()) counts[whole.attributes.has(name) ? "changed" : "added"] += 1;
    const bytes = encodeEntry(grown(part), indexOfServer, { state: part, record });
    expect(sameBytes(bytes, encodeEntry(grown(whole), indexOfServer))).toBe(true);
  };
  fc.assert(
    fc.property(arbitraryEntry, fc.array(arbitraryEntry, { minLength: 5, maxLength: 5 }), (entry, others) => {
      for (const [index, other] of others.entries())
        for (const state of [entry, registers(entry, false), registers(entry, true)])
          expectSameRecord(encodeEntry(state, indexOfServer), other, index);
    }),
    { numRuns: 60 },
  );
  expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(20);
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
