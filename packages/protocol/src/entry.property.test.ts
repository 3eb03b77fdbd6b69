import { isDeepStrictEqual } from "node:util";
import {
  type AttributeState,
  type EntryState,
  newestChangeOfEntry,
  type ServerUuid,
  sameBytes,
  uuidFromBytes,
} from "@concordat/crdt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { encodeEntry } from "./encode-entry.js";
import { readEntryUuid } from "./entry-record.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { ProtocolError } from "./protocol-error.js";
import { arbitraryEntry, indexOfServer, SERVERS } from "./testing/arbitrary-entry.js";
import { mutated, seededRandom } from "./testing/mutate.js";
import { type ValidatedEntry, validateEntry } from "./validate-entry.js";

/** Without the kinds that are not there, and as plain as a comparison wants it. */
const comparable = (state: EntryState): unknown =>
  JSON.parse(
    JSON.stringify(state, (_, value: unknown) => {
      if (value instanceof Map)
        return Object.fromEntries([...value].sort(([left], [right]) => (left < right ? -1 : 1)));
      return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
    }),
  );

describe("an entry record", () => {
  test("gives back the state, and what is read of it without decoding", () => {
    fc.assert(
      fc.property(arbitraryEntry, (state) => {
        const record = encodeEntry(state, indexOfServer);
        expect(isDeepStrictEqual(comparable(decodeEntry(record, SERVERS, DEFAULT_LIMITS)), comparable(state))).toBe(
          true,
        );
        const validated = validateEntry(record, SERVERS, LOOKED_OUT_FOR);
        expect(validated).toEqual(headerOf(state));
        expect(readEntryUuid(record)).toBe(state.uuid);
      }),
    );
  });

  test("is the same however the state was built", () => {
    fc.assert(
      fc.property(arbitraryEntry, (state) => {
        const record = encodeEntry(state, indexOfServer);
        expect(sameBytes(encodeEntry(rebuilt(state), indexOfServer), record)).toBe(true);
      }),
    );
  });

  test("is the same on two nodes that number servers differently, once numbered alike", () => {
    const theirs = [...SERVERS].reverse().concat(uuidFromBytes<ServerUuid>(new Uint8Array(16)));
    fc.assert(
      fc.property(arbitraryEntry, (state) => {
        const record = encodeEntry(state, indexOfServer);
        const received = decodeEntry(
          encodeEntry(state, (server) => theirs.indexOf(server)),
          theirs,
          DEFAULT_LIMITS,
        );
        expect(sameBytes(encodeEntry(received, indexOfServer), record)).toBe(true);
      }),
    );
  });

  test("is accepted alike by validate and decode, and only in its one form", () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(arbitraryEntry, fc.integer(), (state, seed) => {
        const random = seededRandom(seed);
        const record = encodeEntry(state, indexOfServer);
        for (let round = 0; round < 300; round += 1) {
          if (checkRecord(mutated(record, random))) accepted += 1;
          else refused += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(10_000);
  });
});

/** The server whose changes are looked out for. */
const OWN_INDEX = 2;
/** Up to when the changes of each server are claimed. */
const CLAIMED_MICROS = SERVERS.map((_, index) => [3, 0, 2 ** 52][index] ?? 1_000);
const LOOKED_OUT_FOR = { ...DEFAULT_LIMITS, ownIndex: OWN_INDEX, claimedMicros: CLAIMED_MICROS };

/** @returns whether it was accepted. */
const checkRecord = (record: Uint8Array): boolean => {
  const limits = { ...LOOKED_OUT_FOR, changeMicrosMax: 2 ** 52 };
  const validated = outcomeOf(() => validateEntry(record, SERVERS, limits));
  const decoded = outcomeOf(() => decodeEntry(record, SERVERS, limits));
  if (validated instanceof ProtocolError || decoded instanceof ProtocolError) {
    if (textOf(validated) !== textOf(decoded)) throw new Error(`${textOf(validated)} is not ${textOf(decoded)}`);
    return false;
  }
  if (!sameBytes(encodeEntry(decoded, indexOfServer), record)) throw new Error("accepted, and encoded to other bytes");
  if (!isDeepStrictEqual(validated, headerOf(decoded))) throw new Error("read otherwise");
  return true;
};

const textOf = (outcome: unknown): string =>
  outcome instanceof ProtocolError ? `${outcome.code}: ${outcome.message}` : "accepted";

const outcomeOf = <T>(run: () => T): T | ProtocolError => {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProtocolError && error.blame === "peer") return error;
    throw error;
  }
};

const headerOf = (state: EntryState): ValidatedEntry => ({
  kind: state.kind,
  newestMicros: newestChangeOfEntry(state).ts,
  newestOwnMicros: newestMicrosOf(state, SERVERS[OWN_INDEX] as ServerUuid),
  isEarly: SERVERS.some((server, index) => newestMicrosOf(state, server) > (CLAIMED_MICROS[index] as number)),
  isPlain: state.kind === "live" && state.conflictOf === undefined && [...state.attributes.values()].every(isPlain),
});

/** Of every change id in `part`, those that somebody knew of and those of totals included. */
const newestMicrosOf = (part: unknown, server: ServerUuid): number => {
  if (typeof part !== "object" || part === null || part instanceof Uint8Array) return 0;
  const named = part instanceof Map ? part.get(server) : (part as { server?: unknown }).server === server ? part : 0;
  const own = typeof named === "number" ? named : ((named as { ts?: number } | undefined)?.ts ?? 0);
  const parts = part instanceof Map ? [...part.values()] : Object.values(part);
  return parts.reduce((newest: number, one) => Math.max(newest, newestMicrosOf(one, server)), own);
};

const isPlain = ({ register, map, named, set }: AttributeState): boolean =>
  [...(register ? [register] : []), ...(map?.keys.values() ?? []), ...(named?.values() ?? [])].every(
    ({ value, siblings }) => value !== undefined && siblings.length === 0,
  ) && [...(set?.elements.values() ?? [])].every(({ present }) => present);

/** The same state with every map filled in the opposite order. */
const rebuilt = <T>(part: T): T => {
  if (part instanceof Map) return new Map([...part].reverse().map(([key, value]) => [key, rebuilt(value)])) as T;
  if (Array.isArray(part)) return part.map(rebuilt) as T;
  if (typeof part !== "object" || part === null || part instanceof Uint8Array) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, rebuilt(value)])) as T;
};
