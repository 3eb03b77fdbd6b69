import { describe, expect, test } from "vitest";
import {
  asConflict,
  type ChangeId,
  conflictUuid,
  counterValue,
  deletedEntry,
  type EntryState,
  type LiveEntry,
  mergeEntry,
  newestCommonChange,
  reannouncedEntry,
  type ServerUuid,
  type Uuid,
  versionsOf,
  writtenRegister,
} from "./index.js";

const FROM = "11111111-1111-4111-8111-111111111111" as ServerUuid;
const TO = "22222222-2222-4222-8222-222222222222" as ServerUuid;
const OTHER = "33333333-3333-4333-8333-333333333333" as ServerUuid;
const uuid = "44444444-4444-4444-8444-444444444444" as Uuid;

const AFTER = 100;
const how = { from: FROM, after: AFTER, to: TO, baseOf: () => undefined };

const at = (ts: number, server: ServerUuid = FROM): ChangeId => ({ ts, server });
const bytes = (value: number): Uint8Array => Uint8Array.of(value);

const entry = (attributes: LiveEntry["attributes"], createdAt = at(1)): LiveEntry => ({
  kind: "live",
  uuid,
  createdAt,
  conflictOf: undefined,
  attributes,
});

const shared = entry(new Map([["title", { register: writtenRegister(undefined, at(50), bytes(1)) }]]));

const titled = (state: LiveEntry, changeId: ChangeId, value: number): LiveEntry => ({
  ...state,
  attributes: new Map(state.attributes).set("title", {
    register: writtenRegister(state.attributes.get("title")?.register, changeId, bytes(value)),
  }),
});

const values = (state: EntryState): (number | undefined)[] => {
  const register = state.attributes.get("title")?.register;
  return register ? versionsOf(register).map(({ value }) => value?.[0]) : [];
};

describe("an entry that is announced anew", () => {
  test("is none when nothing in it is newer than the parting", () => {
    expect(reannouncedEntry(shared, how)).toBeUndefined();
    expect(reannouncedEntry(titled(shared, at(900, OTHER), 2), how)).toBeUndefined();
  });

  test("keeps what it wrote over: a write after the parting knows what stood there before", () => {
    const again = reannouncedEntry(titled(shared, at(200), 2), how) as EntryState;
    expect(again.createdAt).toEqual(at(1));
    expect(again.attributes.get("title")?.register?.changeId).toEqual(at(200, TO));
    expect(values(mergeEntry(shared, again))).toEqual([2]);
    expect(values(mergeEntry(again, shared))).toEqual([2]);
  });

  test("does not know what the other history wrote: both are there", () => {
    const again = reannouncedEntry(titled(shared, at(200), 2), how) as EntryState;
    const other = titled(shared, at(150), 3);
    expect(values(mergeEntry(other, again))).toEqual([2, 3]);
    expect(mergeEntry(again, other)).toEqual(mergeEntry(other, again));
  });

  test("leaves the changes of others as they are, to the bit", () => {
    const over = titled(titled(shared, at(200), 2), at(300, OTHER), 3);
    const created = { ...over, createdAt: at(150) };
    const again = reannouncedEntry(created, how);
    expect(again?.createdAt).toEqual(at(150, TO));
    expect(again?.attributes.get("title")?.register).toEqual(over.attributes.get("title")?.register);
  });

  test("splits a counter where both histories count on", () => {
    const counter = { totals: new Map([[FROM, { ts: 200, increments: 15, decrements: 2 }]]) };
    const base = { ts: 60, increments: 10, decrements: 1 };
    const again = reannouncedEntry(entry(new Map([["hits", { counter }]])), { ...how, baseOf: () => base });
    const split = again?.attributes.get("hits")?.counter;
    expect(split?.totals).toEqual(
      new Map([
        [FROM, base],
        [TO, { ts: 200, increments: 5, decrements: 1 }],
      ]),
    );
    expect(split && counterValue(split)).toBe(counterValue(counter));
  });

  test("moves elements, keys and deletions too", () => {
    const set = { elements: new Map([["x", { changeId: at(200), present: true }]]) };
    const map = { keys: new Map([["k", writtenRegister(undefined, at(201), bytes(1))]]) };
    const gone = deletedEntry(
      entry(
        new Map([
          ["tags", { set }],
          ["more", { map }],
        ]),
      ),
      at(202),
    );
    const again = reannouncedEntry(gone, how);
    expect(again?.kind === "tombstone" && again.deletion.changeId).toEqual(at(202, TO));
    expect(again?.attributes.get("tags")?.set?.elements.get("x")?.changeId).toEqual(at(200, TO));
    expect(again?.attributes.get("more")?.map?.keys.get("k")?.changeId).toEqual(at(201, TO));
  });

  test("that lost its uuid moves to the one that its creation gives it now", () => {
    const lost = asConflict(entry(new Map(), at(200)));
    const again = reannouncedEntry(lost, how);
    expect(again).toMatchObject({ uuid: conflictUuid(uuid, at(200, TO)), conflictOf: uuid, createdAt: at(200, TO) });
  });
});

describe("what two histories have in common", () => {
  const ever = { server: FROM, before: Number.MAX_SAFE_INTEGER };

  test("is told by the newest change of the server that both hold at one place", () => {
    const [mine, theirs] = [titled(shared, at(70), 2), titled(shared, at(80), 3)];
    expect(newestCommonChange(mine, theirs, ever)).toBe(1);
    expect(newestCommonChange(mine, titled(shared, at(70), 2), ever)).toBe(70);
    expect(newestCommonChange(mine, titled(shared, at(70), 2), { server: FROM, before: 71 })).toBe(70);
    expect(newestCommonChange(mine, titled(shared, at(70), 2), { server: FROM, before: 70 })).toBe(1);
    expect(newestCommonChange(mine, titled(shared, at(70), 9), ever)).toBe(1);
    expect(newestCommonChange(titled(shared, at(70, OTHER), 2), titled(shared, at(70, OTHER), 2), ever)).toBe(1);
  });

  test("is nothing where they hold two creations of one uuid", () => {
    expect(newestCommonChange(shared, { ...shared, createdAt: at(2) }, ever)).toBe(0);
  });

  test("counts elements, keys, totals and deletions", () => {
    const set = { elements: new Map([["x", { changeId: at(10), present: true }]]) };
    expect(newestCommonChange(entry(new Map([["t", { set }]])), entry(new Map([["t", { set }]])), ever)).toBe(10);
    const map = { keys: new Map([["k", writtenRegister(undefined, at(11), bytes(1))]]) };
    expect(newestCommonChange(entry(new Map([["t", { map }]])), entry(new Map([["t", { map }]])), ever)).toBe(11);
    const counter = { totals: new Map([[FROM, { ts: 12, increments: 1, decrements: 0 }]]) };
    expect(newestCommonChange(entry(new Map([["t", { counter }]])), entry(new Map([["t", { counter }]])), ever)).toBe(
      12,
    );
    expect(
      newestCommonChange(deletedEntry(entry(new Map()), at(13)), deletedEntry(entry(new Map()), at(13)), ever),
    ).toBe(13);
  });
});

test("a version of a user's kind is announced anew, and found to be common, as one of a register is", () => {
  const kind = "example.com/max";
  const high = (changeId: ChangeId, value: number, over?: LiveEntry): LiveEntry =>
    entry(new Map([["high", { named: new Map([[kind, written(changeId, value, over)]]) }]]));
  const written = (changeId: ChangeId, value: number, over?: LiveEntry) =>
    writtenRegister(over?.attributes.get("high")?.named?.get(kind), changeId, bytes(value));
  const common = high(at(50), 1);
  const [here, there] = [high(at(200), 2, common), high(at(150), 3, common)];
  expect(newestCommonChange(common, common, { server: FROM, before: 60 })).toBe(50);
  const again = reannouncedEntry(here, how) as EntryState;
  const merged = mergeEntry(there, again).attributes.get("high")?.named?.get(kind);
  expect(merged && versionsOf(merged).map(({ changeId }) => changeId)).toEqual([at(200, TO), at(150)]);
});
