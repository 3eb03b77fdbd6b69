import { expect, test } from "vitest";
import {
  type AttributeState,
  type ChangeId,
  deletedEntry,
  type EntryState,
  type LiveEntry,
  mergeEntry,
  purgeableSince,
  purgeEntry,
  randomUuid,
  type ServerUuid,
  type Uuid,
  writtenRegister,
} from "./index.js";

const [a, b] = [1, 2].map((seed) => randomUuid<ServerUuid>(new Uint8Array(16).fill(seed))) as [ServerUuid, ServerUuid];
const at = (ts: number, server = a): ChangeId => ({ ts, server });
const value = Uint8Array.of(1);

const live = (attributes: Record<string, AttributeState>): LiveEntry => ({
  kind: "live",
  uuid: randomUuid<Uuid>(new Uint8Array(16)),
  createdAt: at(1),
  conflictOf: undefined,
  attributes: new Map(Object.entries(attributes)),
});

const through = (micros: number) => (change: ChangeId) => change.ts <= micros;
const always = () => true;

test("marks that are due go, and are counted by server; younger ones, and values, stay", () => {
  const entry = live({
    gone: { register: writtenRegister(undefined, at(3), undefined) },
    young: { register: writtenRegister(undefined, at(9), undefined) },
    kept: { register: writtenRegister(undefined, at(2), value) },
    tags: {
      set: {
        elements: new Map([
          ["x", { changeId: at(4, b), present: false }],
          ["y", { changeId: at(2), present: true }],
        ]),
      },
    },
    left: { set: { elements: new Map([["x", { changeId: at(5, b), present: false }]]) } },
    phones: {
      map: {
        keys: new Map([
          ["home", writtenRegister(undefined, at(2), undefined)],
          ["work", writtenRegister(undefined, at(2), value)],
        ]),
      },
    },
    hits: { counter: { totals: new Map([[a, { ts: 2, increments: 0, decrements: 0 }]]) } },
  });
  const purged = purgeEntry(entry, through(5));
  expect([...(purged?.entry?.attributes.keys() ?? [])]).toEqual(["young", "kept", "tags", "phones", "hits"]);
  expect([...(purged?.entry?.attributes.get("tags")?.set?.elements.keys() ?? [])]).toEqual(["y"]);
  expect([...(purged?.entry?.attributes.get("phones")?.map?.keys.keys() ?? [])]).toEqual(["work"]);
  expect(purged?.purged).toEqual(
    new Map([
      [a, 3],
      [b, 5],
    ]),
  );
  expect(purgeableSince(entry)).toBe(2);
});

test("nothing due leaves the entry alone, and an entry without marks is never due", () => {
  const entry = live({ kept: { register: writtenRegister(undefined, at(2), value) } });
  expect(purgeEntry(entry, always)).toBeUndefined();
  expect(purgeableSince(entry)).toBeUndefined();
});

test("a tombstone goes whole, once each of its deletions is due", () => {
  const entry = live({ name: { register: writtenRegister(undefined, at(2), value) } });
  const both = mergeEntry(deletedEntry(entry, at(4)), deletedEntry(entry, at(7, b)));
  expect(purgeableSince(both)).toBe(7);
  expect(purgeEntry(both, through(6))).toBeUndefined();
  expect(purgeEntry(both, through(7))).toEqual({
    entry: undefined,
    purged: new Map([
      [a, 4],
      [b, 7],
    ]),
  });
});

test("a deletion that is not due goes with one that is, and was made at the same time", () => {
  const entry = live({ name: { register: writtenRegister(undefined, at(2), value) } });
  const twice = mergeEntry(deletedEntry(entry, at(4)), deletedEntry(entry, at(4, b)));
  const ofA = ({ server }: ChangeId) => server === a;
  expect(purgeEntry(twice, ofA)).toEqual({ entry: undefined, purged: new Map([[a, 4]]) });
  expect(purgeEntry(mergeEntry(deletedEntry(entry, at(4)), deletedEntry(entry, at(3, b))), ofA)).toBeUndefined();
});

test("a tombstone that holds a lost update stays until a deletion knows it", () => {
  const entry = live({ name: { register: writtenRegister(undefined, at(2), value) } });
  const updated = live({
    name: { register: writtenRegister(entry.attributes.get("name")?.register, at(3, b), value) },
  });
  const lost: EntryState = mergeEntry(deletedEntry(entry, at(4)), updated);
  expect(purgeableSince(lost)).toBeUndefined();
  expect(purgeEntry(lost, always)).toBeUndefined();
  const settled = deletedEntry(lost, at(8));
  expect(purgeEntry(settled, always)?.purged).toEqual(new Map([[a, 8]]));
});

test("a mark that beat a concurrent write stays, and so does one that may hide another kind", () => {
  const name = { register: writtenRegister(undefined, at(2), value) };
  const concurrent = mergeEntry(
    live({ name }),
    live({ name: { register: writtenRegister(undefined, at(3, b), undefined) } }),
  );
  expect(purgeEntry(concurrent, always)).toBeUndefined();
  const hiding = live({ name: { ...name, set: { elements: new Map([["x", { changeId: at(4), present: false }]]) } } });
  expect(purgeEntry(hiding, always)).toBeUndefined();
  expect(purgeableSince(hiding)).toBeUndefined();
});

test("a mark under a tombstone goes like any other if the deletion knew it, and stays where it lost itself", () => {
  const removed = live({
    known: { register: writtenRegister(undefined, at(3), undefined) },
    lost: { register: writtenRegister(undefined, at(4, b), undefined) },
  });
  const deleted = mergeEntry(removed, deletedEntry(live({ known: removed.attributes.get("known") ?? {} }), at(5)));
  expect(purgeableSince(deleted)).toBe(3);
  const purged = purgeEntry(deleted, always);
  expect([...(purged?.entry?.attributes.keys() ?? [])]).toEqual(["lost"]);
  expect(purged?.purged).toEqual(new Map([[a, 3]]));
  expect(purged?.entry && purgeableSince(purged.entry)).toBeUndefined();
});

test("a user's kind is purged as a register is: one mark alone, and not beside what it did not know, or another kind", () => {
  const removed = writtenRegister(undefined, at(3), undefined);
  const other = mergeEntry(
    live({ high: { named: new Map([["example.com/max", writtenRegister(undefined, at(2, b), value)]]) } }),
    live({ high: { named: new Map([["example.com/max", removed]]) } }),
  );
  expect(purgeableSince(other)).toBeUndefined();
  expect(purgeEntry(other, always)).toBeUndefined();
  const two = live({ high: { named: new Map([["example.com/max", removed]]), register: removed } });
  expect(purgeEntry(two, always)).toBeUndefined();
  const alone = live({ high: { named: new Map([["example.com/max", removed]]) } });
  expect(purgeableSince(alone)).toBe(3);
  expect(purgeEntry(alone, through(2))).toBeUndefined();
  expect(purgeEntry(alone, through(3))).toMatchObject({ entry: { attributes: new Map() }, purged: new Map([[a, 3]]) });
});
