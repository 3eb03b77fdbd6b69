import { asConflict, randomUuid, type Uuid, uuidToBytes } from "@concordat/crdt";
import { DEFAULT_LIMITS, decodeEntry, encodeEntry } from "@concordat/protocol";
import { ByteArena, type Operation, type Row } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryKey, feedKey, metaKey, writeNumber } from "./database/key-space.js";
import { NOT_IN_FEED, ruvRowBytes, ruvRowOf, storedEntryBytes, storedEntryOf } from "./database/rows.js";
import {
  changed,
  type ExposedStorage,
  exposedStorage,
  pick,
  type RawRows,
  rawRows,
  removed,
} from "./testing/raw-rows.js";
import {
  createEntries,
  expectSound,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let storage: ExposedStorage;
let node: TestNode;

/** Entries and a tombstone of two servers, a cursor, and an own row of the vector. */
beforeEach(async () => {
  const other = await testNode("other");
  await createEntries(other, 3, "other's");
  storage = exposedStorage();
  node = await testNode("a", { storage });
  await refreshFrom(node, other);
  await createEntries(other, 1, "pulled");
  await pullOnce(node, other);
  const [gone] = await createEntries(node, 4);
  await node.replica.delete(gone as Uuid);
  await other.replica.close();
  await expectSound([node]);
});

afterEach(async () => {
  await node.replica.close();
});

const isCopied = ({ value }: Row): boolean => storedEntryOf(value).sequence === NOT_IN_FEED;

const hasChanged = (row: Row): boolean => !isCopied(row);

type Damage = (rows: RawRows) => readonly Operation[];

const inflict = async (damage: Damage): Promise<void> =>
  storage.store.commit({ operations: damage(await rawRows(storage.store)) });

/** The row of the newest server, which is this node. */
const ownRow = ({ r }: RawRows) => pick(r, -1);

const ownRowAt = (rows: RawRows, at: (seen: number) => number): Operation => {
  const { server, row } = ruvRowOf(ownRow(rows).value);
  const seen = at(row.seen);
  return { key: ownRow(rows).key, value: ruvRowBytes(server, { ...row, seen, lineage: { ...row.lineage, at: seen } }) };
};

const found: readonly (readonly [name: string, problem: RegExp, damage: Damage])[] = [
  ["an entry that is gone", /feed row \d+ names no entry/, ({ e }) => [removed(pick(e.filter(hasChanged)))]],
  [
    "an entry that is gone and that no feed row names",
    /found \d+ \+ 1,/,
    ({ e }) => [removed(pick(e.filter(isCopied)))],
  ],
  ["a feed row that is gone", /entry \S+ has no row in the feed/, ({ f }) => [removed(pick(f))]],
  ["a feed row of another entry", /has no row in the feed/, ({ f }) => [{ ...pick(f), value: pick(f, 1).value }]],
  ["a feed row of nothing", /names no entry/, ({ f }) => [{ ...pick(f), value: new Uint8Array(3) }]],
  ["two feed rows of one entry", /names no entry/, ({ f }) => [{ key: feedKey(99), value: pick(f).value }]],
  ["a feed beyond the newest commit", /is beyond the newest commit/, ({ c }) => [removed(pick(c, -1))]],
  ["a record cut short", /does not read/, ({ e }) => [{ ...pick(e), value: pick(e).value.slice(0, -2) }]],
  ["a row that is no entry", /is none/, ({ e }) => [{ ...pick(e), value: new Uint8Array(2) }]],
  ["a key that is no entry's", /is none/, ({ e }) => [{ ...pick(e), key: pick(e).key.slice(0, 9) }]],
  ["a bit in a value", /totals|does not read/, ({ e }) => [changed(pick(e), (value) => value.fill(0xff, -1))]],
  [
    "a record under another uuid",
    /is stored under another uuid/,
    ({ e }) => {
      const uuid = randomUuid<Uuid>(new Uint8Array(16).fill(7));
      const { sequence } = storedEntryOf(pick(e).value);
      return [
        removed(pick(e)),
        { key: entryKey(uuid), value: pick(e).value },
        { key: feedKey(sequence), value: uuidToBytes(uuid) },
      ];
    },
  ],
  [
    "a conflict entry where none is derived",
    /is marked as a conflict of/,
    ({ e, r }) => {
      const stored = storedEntryOf(pick(e).value);
      const servers = r.map(({ value }) => ruvRowOf(value).server);
      const state = decodeEntry(stored.record, servers, DEFAULT_LIMITS);
      const marked = { ...asConflict(state), uuid: state.uuid };
      const record = encodeEntry(marked, (server) => servers.indexOf(server));
      return [{ ...pick(e), value: storedEntryBytes(stored.sequence, record, new ByteArena()) }];
    },
  ],
  ["a server row that is gone", /row 0 of the update vector is missing/, ({ r }) => [removed(pick(r))]],
  ["the last server row that is gone", /does not read/, (rows) => [removed(ownRow(rows))]],
  ["a server row cut short", /row 0 of the update/, ({ r }) => [{ ...pick(r), value: pick(r).value.slice(1) }]],
  ["a server twice", /names a server twice/, ({ r }) => [{ ...pick(r), value: pick(r, 1).value }]],
  [
    "a vector ahead of the clock",
    /claims this server up to .* the clock/,
    (rows) => [ownRowAt(rows, (at) => at + 1e9)],
  ],
  ["a vector behind its own changes", /one of its changes is at/, (rows) => [ownRowAt(rows, (at) => at - 1)]],
  [
    "a lineage that ends elsewhere",
    /the lineage of this server ends at 1,/,
    (rows) => {
      const { server, row } = ruvRowOf(ownRow(rows).value);
      return [{ ...ownRow(rows), value: ruvRowBytes(server, { ...row, lineage: { ...row.lineage, at: 1 } }) }];
    },
  ],
  ["a clock that went back", /the clock is at 0/, () => [{ key: metaKey("clock"), value: new Uint8Array(8) }]],
  [
    "totals of one entry less",
    /totals speak of 1 \+ 1/,
    ({ m }) => [changed(pick(m.filter(({ value }) => value.length === 24)), (value) => writeNumber(1, value, 0))],
  ],
  ["totals that are none", /description is missing/, () => [{ key: metaKey("totals"), value: new Uint8Array(1) }]],
  ["no description at all", /lacks its own description/, ({ m }) => m.map(removed)],
  [
    "a format of the future",
    /has format 16777217/,
    () => [{ key: metaKey("format"), value: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 1) }],
  ],
  ["a commit without a name", /a commit row .* is none/, ({ c }) => [{ ...pick(c), value: new Uint8Array(0) }]],
  [
    "a row of nobody's",
    /no space of keys has: it begins with the byte 122/,
    () => [{ key: Uint8Array.of(122, 1), value: new Uint8Array(1) }],
  ],
  ["a row before all others", /begins with the byte 3/, () => [{ key: Uint8Array.of(3), value: new Uint8Array(1) }]],
  [
    "a vector that has purged what it has not seen",
    /has purged .* up to/,
    ({ r }) => {
      const { server, row } = ruvRowOf(pick(r).value);
      return [{ ...pick(r), value: ruvRowBytes(server, { ...row, purged: row.seen + 1 }) }];
    },
  ],
  [
    "a commit of its own with another lineage",
    /is remembered with another lineage/,
    (rows) => {
      const { server, row } = ruvRowOf(ownRow(rows).value);
      const lineage = { ...row.lineage, hash: row.lineage.hash ^ 1n };
      return [{ ...ownRow(rows), value: ruvRowBytes(server, { ...row, lineage }) }];
    },
  ],
  ["a cursor cut short", /a cursor row .* is none/, ({ k }) => [{ ...pick(k), value: new Uint8Array(3) }]],
];

describe("verify finds", () => {
  for (const [name, problem, damage] of found) {
    test(name, async () => {
      await inflict(damage);
      const report = await node.replica.verify();
      expect(report.problems.join("\n")).toMatch(problem);
    });
  }
});

test("a sound database has no problems, and says how much was looked at", async () => {
  const { sha256 } = await node.replica.digest();
  const sound = { entriesChecked: 8, problems: [], sha256 };
  expect(await node.replica.verify()).toEqual(sound);
  await restart(node);
  expect(await node.replica.verify()).toEqual(sound);
});

test("says how far it is, and stops when it is told to", async () => {
  await createEntries(node, 600);
  const seen: number[] = [];
  await node.replica.verify({ onProgress: ({ entries }) => seen.push(entries) });
  expect(seen.at(-1)).toBe(608);
  expect(seen.length).toBeGreaterThan(1);
  await expect(node.replica.verify({ signal: AbortSignal.abort() })).rejects.toThrow();
});

test("a hundred problems are named, and no more", async () => {
  await createEntries(node, 150);
  await inflict(({ f }) => f.map(removed));
  expect((await node.replica.verify()).problems).toHaveLength(100);
});

describe("a database that does not say what it is", () => {
  const corrupt: readonly (readonly [name: string, damage: Damage])[] = [
    ["without a description", ({ m }) => m.map(removed)],
    ["of another format", () => [{ key: metaKey("format"), value: new Uint8Array(8).fill(1) }]],
    ["with half a description", () => [{ key: metaKey("server"), value: undefined }]],
    ["with a hole in its server table", ({ r }) => [removed(pick(r))]],
    ["that is an unfinished copy", () => [{ key: metaKey("refresh-from"), value: new Uint8Array(16) }]],
  ];

  for (const [name, damage] of corrupt) {
    test(`is not opened ${name}, and the storage is given back`, async () => {
      const before = await rawRows(storage.store);
      await inflict(damage);
      await expect(restart(node)).rejects.toMatchObject({ code: "database_corrupt" });
      await expect(restart(node)).rejects.toMatchObject({ code: "database_corrupt" });
      const current = await storage.open();
      const store = await storage.openStore(current ?? "");
      await store.commit({ operations: [...(await rawRows(store)).m.map(removed), ...before.m, ...before.r] });
      await storage.close();
      await restart(node);
      await expectSound([node]);
    });
  }
});
