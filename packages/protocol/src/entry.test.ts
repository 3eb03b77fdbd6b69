import {
  type AttributeState,
  elementKey,
  type LiveEntry,
  type ServerUuid,
  type Uuid,
  uuidFromBytes,
  writtenRegister,
} from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { encodeEntry } from "./encode-entry.js";
import { type EntryLimits, readEntryUuid } from "./entry-record.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { ProtocolError } from "./protocol-error.js";
import { indexOfServer, SERVERS } from "./testing/arbitrary-entry.js";
import { validateEntry } from "./validate-entry.js";
import { encodeValue } from "./value.js";

const [SERVER] = SERVERS as readonly [ServerUuid];
const UUID = uuidFromBytes<Uuid>(new Uint8Array(16).fill(0xaa));
/** `[uuid, [0, 1], nil` of a record, as hex. */
const HEAD = `94c410${"aa".repeat(16)}920001c0`;

const live = (attributes: Record<string, AttributeState>): LiveEntry => ({
  kind: "live",
  uuid: UUID,
  createdAt: { ts: 1, server: SERVER },
  conflictOf: undefined,
  attributes: new Map(Object.entries(attributes)),
});

const removedAt = (ts: number) => writtenRegister(undefined, { ts, server: SERVER }, undefined);

const errorOf = (run: () => unknown): ProtocolError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

const refusal = (hex: string, limits: EntryLimits = DEFAULT_LIMITS): ProtocolError => {
  const record = new Uint8Array(Buffer.from(hex, "hex"));
  const error = errorOf(() => decodeEntry(record, SERVERS, limits));
  expect(errorOf(() => validateEntry(record, SERVERS, limits)).message).toBe(error.message);
  return error;
};

const name = (text: string): string => Buffer.from(encodeValue(text)).toString("hex");
const register = (state: string): string => `81${name("register")}${state}`;
const CID = "920001";
const LATE = "920009";
/** Of the second server, between the two. */
const OTHER = "920102";

describe("a record that is refused", () => {
  test.each([
    ["empty", "", "cut off"],
    ["not an array", "01", "not an array"],
    ["of three elements", `93${HEAD.slice(2)}`, "not an array of 4 or 5"],
    ["with a uuid of 15 bytes", `94c40f${"aa".repeat(15)}920001c080`, "15 bytes instead of 16"],
    ["with a uuid as text", `94b0${"61".repeat(16)}920001c080`, "not 16 bytes of binary"],
    ["with a change id of one element", `94c410${"aa".repeat(16)}9100c080`, "not an array of 2"],
    ["with an unknown server", `94c410${"aa".repeat(16)}920401c080`, "server 4 of a table of 4"],
    ["with a negative time", `94c410${"aa".repeat(16)}9200ffc080`, "not an integer"],
    ["with a time of 2^53", `94c410${"aa".repeat(16)}9200cf0020000000000000c080`, "not an integer"],
    ["with a time in floating point", `94c410${"aa".repeat(16)}9200cb3ff8000000000000c080`, "not an integer"],
    ["with a time not in its shortest form", `94c410${"aa".repeat(16)}9200cf0000000000000001c080`, "shortest"],
    ["that ends in nil", `${HEAD}c0`, "not an array"],
    ["with a byte left over", `${HEAD}8000`, "bytes left over"],
    ["with an attribute without a name", `${HEAD}81a0${register(`92${CID}01`)}`, "without a name"],
    ["with an attribute without a state", `${HEAD}81a16180`, 'attribute "a": without a state'],
    ["with an attribute twice", `${HEAD}82a161${register(`91${CID}`)}a161${register(`91${CID}`)}`, "the same again"],
    ["with attributes out of order", `${HEAD}82a162${register(`91${CID}`)}a161${register(`91${CID}`)}`, "out of order"],
    ["of an unknown merge kind", `${HEAD}81a16181${name("list")}91${CID}`, 'attribute "a": an unknown merge kind'],
    ["with a kind twice", `${HEAD}81a16182${name("register")}91${CID}${name("register")}91${CID}`, "one twice"],
    [
      "with kinds out of order",
      `${HEAD}81a16182${name("register")}91${CID}${name("map")}81a16b91${CID}`,
      "out of order",
    ],
    ["with a register of five", `${HEAD}81a161${register(`95${CID}01919201000101`)}`, "neither [cid] nor [cid, value]"],
    ["with an empty context", `${HEAD}81a161${register(`93${CID}0190`)}`, "an empty context"],
    ["with a context of its own server", `${HEAD}81a161${register(`93${LATE}0191920001`)}`, "does not lie before"],
    ["with a context of its own time", `${HEAD}81a161${register(`93${CID}0191920101`)}`, "does not lie before"],
    ["with a context out of order", `${HEAD}81a161${register(`93${LATE}0192920201920101`)}`, "servers out of order"],
    ["without a sibling", `${HEAD}81a161${register(`94${LATE}019090`)}`, "an empty state"],
    ["with a later sibling", `${HEAD}81a161${register(`94${CID}01909192${OTHER}01`)}`, "siblings out of order"],
    [
      "with a sibling that it knows",
      `${HEAD}81a161${register(`94${LATE}01919201029192${OTHER}01`)}`,
      "is known to another",
    ],
    ["with a sibling of its server", `${HEAD}81a161${register(`94${LATE}01909192${CID}01`)}`, "is known to another"],
    ["with a sibling of a sibling", `${HEAD}81a161${register(`94${LATE}01909194${OTHER}019090`)}`, "is no version"],
    ["a tombstone with a value", `${HEAD}93${LATE}0191920101`, "a deletion with a value"],
    ["a tombstone with a change id as a register", `${HEAD}91${CID}`, "in too many words"],
    ["a tombstone with an empty map", `95${HEAD.slice(2)}${CID}80`, "an empty map of attributes"],
    ["a live entry of five", `95${HEAD.slice(2)}8080`, "not an array"],
    ["with nil for a value", `${HEAD}81a161${register(`92${CID}c0`)}`, "nil"],
    [
      "with a value that is not canonical",
      `${HEAD}81a161${register(`92${CID}cc05`)}`,
      'attribute "a": not in its shortest',
    ],
    ["with an extension for a value", `${HEAD}81a161${register(`92${CID}d4000a`)}`, "an extension type"],
    ["with an empty set", `${HEAD}81a16181${name("set")}90`, "an empty state"],
    ["with an empty map", `${HEAD}81a16181${name("map")}80`, "an empty state"],
    ["with an empty counter", `${HEAD}81a16181${name("counter")}90`, "an empty state"],
    ["with elements out of order", `${HEAD}81a16181${name("set")}9293${CID}c30293${CID}c301`, "elements out of order"],
    ["with an element twice", `${HEAD}81a16181${name("set")}9293${CID}c30193${CID}c201`, "one twice"],
    ["with presence as a number", `${HEAD}81a16181${name("set")}9193${CID}0101`, "not a boolean"],
    ["with map keys out of order", `${HEAD}81a16181${name("map")}82a16291${CID}a16191${CID}`, "map keys out of order"],
    [
      "with a counter's servers in the order of their indexes",
      `${HEAD}81a16181${name("counter")}9294000101019401010101`,
      "servers out of order",
    ],
    ["with a negative total", `${HEAD}81a16181${name("counter")}91940001ff00`, "not an integer"],
    ["with a count beyond the end", `${HEAD}dfffffffff`, "beyond the end"],
  ])("%s", (_, hex, message) => {
    const error = refusal(hex);
    expect(error).toMatchObject({ code: "shape", blame: "peer" });
    expect(error.message).toContain(message);
  });

  test("over the limits of bytes, names and depth, each of them exact", () => {
    const text = (length: number) =>
      encodeEntry(
        live({
          a: { register: writtenRegister(undefined, { ts: 1, server: SERVER }, encodeValue("x".repeat(length))) },
        }),
        indexOfServer,
      );
    const limits = { ...DEFAULT_LIMITS, entryBytesMax: text(50).length };
    expect(decodeEntry(text(50), SERVERS, limits).kind).toBe("live");
    expect(refusal(Buffer.from(text(51)).toString("hex"), limits).message).toContain("limit");
    const named = (length: number) => `${HEAD}81${name("é".repeat(length))}${register(`91${CID}`)}`;
    expect(refusal(named(128)).message).toContain("an attribute name of 256 bytes, limit 255");
    expect(decodeEntry(Buffer.from(named(127), "hex"), SERVERS, DEFAULT_LIMITS).kind).toBe("live");
    expect(refusal(`${HEAD}81a161${register(`92${CID}${"91".repeat(17)}01`)}`).message).toContain(
      "nested deeper than 16",
    );
    expect(refusal(`${HEAD}81a161${register(`92${CID}${"91".repeat(100_000)}01`)}`).message).toContain("deeper");
  });

  test("says which entry and which attribute", () => {
    expect(refusal(`${HEAD}81a161${register(`92${CID}c0`)}`).message).toBe(
      `entry ${UUID}, attribute "a": nil: there is no null at byte 40`,
    );
  });
});

describe("clock_skew", () => {
  const states: Record<string, AttributeState> = {
    register: { register: removedAt(101) },
    set: {
      set: {
        elements: new Map([[elementKey(encodeValue(1)), { changeId: { ts: 101, server: SERVER }, present: true }]]),
      },
    },
    map: { map: { keys: new Map([["k", removedAt(101)]]) } },
    counter: { counter: { totals: new Map([[SERVER, { ts: 101, increments: 1, decrements: 0 }]]) } },
    "user's kind": { named: new Map([["example.com/max", removedAt(101)]]) },
  };
  test.each(Object.entries(states))(
    "a change of a %s beyond the latest time is refused, and one at it accepted",
    (_, state) => {
      const record = encodeEntry(live({ a: state }), indexOfServer);
      const error = refusal(Buffer.from(record).toString("hex"), { ...DEFAULT_LIMITS, changeMicrosMax: 100 });
      expect(error).toMatchObject({ code: "clock_skew", retryable: true });
      expect(error.message).toMatch(/attribute "a".*101 µs.*100 µs/);
      expect(validateEntry(record, SERVERS, { ...DEFAULT_LIMITS, changeMicrosMax: 101 }).newestMicros).toBe(101);
    },
  );
});

describe("encodeEntry", () => {
  test("leaves out states without any change", () => {
    const empty: AttributeState = {
      set: { elements: new Map() },
      map: { keys: new Map() },
      counter: { totals: new Map() },
    };
    expect(encodeEntry(live({ a: empty }), indexOfServer)).toEqual(encodeEntry(live({}), indexOfServer));
  });

  test.each([1.5, -1, Number.NaN, 2 ** 53])("refuses the time %d", (ts) => {
    const entry = { ...live({}), createdAt: { ts, server: SERVER } };
    expect(errorOf(() => encodeEntry(entry, indexOfServer))).toMatchObject({ code: "shape", blame: "caller" });
  });

  test("refuses a server without an index, and a name without UTF-8", () => {
    expect(errorOf(() => encodeEntry(live({}), () => -1))).toMatchObject({ code: "shape", blame: "caller" });
    const error = errorOf(() => encodeEntry(live({ "\uD800": { register: removedAt(1) } }), indexOfServer));
    expect(error).toMatchObject({ code: "shape", blame: "caller" });
  });

  test("keeps its bytes when the next entry is encoded", () => {
    const first = encodeEntry(live({}), indexOfServer);
    const copy = first.slice();
    encodeEntry({ ...live({}), createdAt: { ts: 2 ** 40, server: SERVER } }, indexOfServer);
    expect(first).toEqual(copy);
  });
});

test("decodeEntry leaves values where they are", () => {
  const value = encodeValue("a text of some length, to see that it stays where it is");
  const record = encodeEntry(
    live({ a: { register: writtenRegister(undefined, { ts: 1, server: SERVER }, value) } }),
    indexOfServer,
  );
  const state = decodeEntry(record, SERVERS, DEFAULT_LIMITS) as LiveEntry;
  expect(state.attributes.get("a")?.register?.value?.buffer).toBe(record.buffer);
});

test("readEntryUuid refuses what does not open as a record", () => {
  expect(errorOf(() => readEntryUuid(new Uint8Array(30))).code).toBe("shape");
  expect(errorOf(() => readEntryUuid(new Uint8Array(Buffer.from(HEAD, "hex")).subarray(0, 18))).code).toBe("shape");
});
