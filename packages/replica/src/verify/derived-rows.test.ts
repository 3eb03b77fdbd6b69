import { randomUuid, type Uuid } from "@concordat/crdt";
import type { Operation } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { indexRow, uuidsOfIndexRow } from "../constraint/index-row.js";
import { claimsOfRow, claimsRow } from "../constraint/unique-index.js";
import {
  conflictKey,
  contestedKey,
  indexKey,
  invalidKey,
  memberKey,
  metaKey,
  purgeKey,
  referenceKey,
  uniqueKey,
} from "../database/key-space.js";
import type { Schema } from "../index.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import {
  changed,
  type ExposedStorage,
  exposedStorage,
  pick,
  type RawRows,
  rawRows,
  removed,
} from "../testing/raw-rows.js";
import { expectSound, pullOnce, refreshFrom, restart, type TestNode, testNode } from "../testing/test-topology.js";
import { apart, conflictsOf, created } from "../testing/views.js";

const attributes: Schema = {
  email: { unique: true },
  parent: { reference: true },
  title: { required: true },
  name: { index: true },
};

/** Values that few and that many entries show. */
const FEW = "few";
const MANY = "many";
const MANY_ENTRIES = REPLICA_LIMITS.indexRowEntriesMax + 1;

const NOBODY = randomUuid<Uuid>(new Uint8Array(16).fill(7));

let storage: ExposedStorage;
let node: TestNode;
let tombstone: Uuid;
let sound: Uuid;

/** Rows of every space: a tombstone, an overwrite, two claims of one value and one of another, a reference, an invalid entry. */
beforeEach(async () => {
  const other = await testNode("other", { attributes: {} });
  sound = await other.replica.create({ title: "first", email: "alone" });
  storage = exposedStorage();
  node = await testNode("a", { storage, attributes });
  await refreshFrom(node, other);
  await apart<unknown>(
    [node, ({ replica }) => replica.modify(sound, { title: "by a" })],
    [other, ({ replica }) => replica.modify(sound, { title: "by other" })],
    [node, created({ title: "one", email: "x", parent: sound })],
    [other, created({ email: "x" })],
  );
  tombstone = await node.replica.create({ title: "gone" });
  await node.replica.delete(tombstone);
  await node.replica.transact(async (transaction) => {
    for (let at = 0; at < MANY_ENTRIES; at += 1) await transaction.create({ title: "named", name: MANY });
    for (let at = 0; at < 2; at += 1) await transaction.create({ title: "named", name: FEW });
  });
  await pullOnce(node, other);
  await other.replica.close();
  await expectSound([node]);
});

afterEach(() => node.replica.close());

type Damage = (rows: RawRows) => readonly Operation[];

const inflict = async (damage: Damage): Promise<void> =>
  storage.store.commit({ operations: damage(await rawRows(storage.store)) });

const EMPTY = new Uint8Array(0);
const added = (key: Uint8Array, value: Uint8Array = EMPTY): Operation => ({ key, value });

/** The unique row that several claim. */
const shared = ({ u }: RawRows) => pick(u.filter(({ value }) => claimsOfRow(value).size > 1));
const alone = ({ u }: RawRows) => pick(u.filter(({ value }) => claimsOfRow(value).size === 1));

/** The index row of the value that few, and that many, show. */
const few = ({ i }: RawRows) => pick(i.filter(({ value }) => value.length > 0));
const many = ({ i }: RawRows) => pick(i.filter(({ value }) => value.length === 0));

const claimedBy = (uuid: Uuid): Uint8Array =>
  claimsRow(new Map([[uuid, { uuid, changeId: { ts: 1, server: node.replica.serverUuid } }]]));

const found: readonly (readonly [name: string, problem: RegExp, damage: Damage])[] = [
  ["a purge row that is gone", /entry \S+ lacks its purge row/, ({ p }) => [removed(pick(p))]],
  ["a conflict row that is gone", /entry \S+ lacks its conflict row/, ({ x }) => [removed(pick(x))]],
  ["a reference row that is gone", /entry \S+ lacks its reference row/, ({ b }) => [removed(pick(b))]],
  ["an invalid row that is gone", /entry \S+ lacks its invalid row/, ({ v }) => [removed(pick(v))]],
  [
    "a unique row that is gone",
    /entry \S+ claims a value of "email", which no unique row says/,
    (rows) => [removed(alone(rows))],
  ],
  ["a contested row that is gone", /a value that 2 entries claim has no contested row/, ({ y }) => [removed(pick(y))]],
  [
    "a purge row of another time",
    /lacks its purge row[\s\S]*a purge row names entry \S+, from which it does not follow/,
    ({ p }) => [removed(pick(p)), added(purgeKey(1, tombstone))],
  ],
  ["a purge row of nobody", /a purge row names entry \S+, from which/, () => [added(purgeKey(1, NOBODY))]],
  ["a conflict row of nobody", /a conflict row names entry \S+, from which/, () => [added(conflictKey(NOBODY))]],
  ["a conflict row too many", /a conflict row names entry \S+, from which/, () => [added(conflictKey(tombstone))]],
  ["an invalid row too many", /an? invalid row names entry \S+, from which/, () => [added(invalidKey(sound))]],
  [
    "a reference row too many",
    /a reference row names entry \S+, from which/,
    () => [added(referenceKey(tombstone, sound))],
  ],
  [
    "a unique row of nobody",
    /a unique row names entry \S+, which does not claim that value/,
    () => [added(uniqueKey(new Uint8Array(20)), claimedBy(NOBODY))],
  ],
  [
    "a claim of another entry in place of the right one",
    /which no unique row says[\s\S]*a unique row names entry \S+, which does not claim that value/,
    (rows) => [{ ...alone(rows), value: claimedBy(tombstone) }],
  ],
  [
    "a claim since another change",
    /claims a value of "email" by another change than its unique row says/,
    (rows) => [{ ...alone(rows), value: claimedBy(sound) }],
  ],
  [
    "a claim that one of two lost",
    /which no unique row says[\s\S]*is of a value that 1 entries claim/,
    (rows) => [{ ...shared(rows), value: claimsRow(new Map([...claimsOfRow(shared(rows).value)].slice(1))) }],
  ],
  [
    "claims in another order",
    /a unique row with a key of 21 bytes and a value of \d+ is none/,
    (rows) => [
      { ...shared(rows), value: new Uint8Array([...half(shared(rows).value, 1), ...half(shared(rows).value, 0)]) },
    ],
  ],
  [
    "a unique row cut short",
    /a unique row with a key of 21 bytes and a value of 39 is none/,
    (rows) => [{ ...alone(rows), value: alone(rows).value.slice(1) }],
  ],
  [
    "a contested row too many",
    /a contested row is of a value that 1 entries claim/,
    (rows) => [added(contestedKey(alone(rows).key.slice(1)))],
  ],
  [
    "a contested row of nothing",
    /a contested row is of a value that 0 entries claim/,
    () => [added(contestedKey(new Uint8Array(20)))],
  ],
  [
    "a value in a purge row",
    /a purge row has a value of 1 bytes/,
    ({ p }) => [{ ...pick(p), value: new Uint8Array(1) }],
  ],
  [
    "a value in a contested row",
    /a contested row has a value of 1 bytes/,
    ({ y }) => [{ ...pick(y), value: new Uint8Array(1) }],
  ],
  [
    "a key that is no reference",
    /a reference row with a key of 17 bytes is none/,
    ({ b }) => [added(pick(b).key.slice(0, 17))],
  ],
  ["a row of few that is gone", /entry \S+ shows a value of "name", which no index row says/, (r) => [removed(few(r))]],
  ["a row of many that is gone", /entry \S+ shows a value of "name", which no index/, (rows) => [removed(many(rows))]],
  ["a member row that is gone", /entry \S+ shows a value of "name", which no index/, ({ j }) => [removed(pick(j))]],
  [
    "a row of many that are few",
    /an index row says that many show a value that 2 entries show/,
    ({ j }) => j.slice(2).map(removed),
  ],
  [
    "a row of few that says many",
    /which no index row says[\s\S]*says that many show a value that 0 entries show/,
    (rows) => [{ ...few(rows), value: EMPTY }],
  ],
  [
    "a row of few that lacks one",
    /which no index row says/,
    (rows) => [{ ...few(rows), value: few(rows).value.slice(16) }],
  ],
  [
    "a row of few that names one too many",
    /an index row names entry \S+, from which it does not follow/,
    (rows) => [{ ...few(rows), value: indexRow([...uuidsOfIndexRow(few(rows).value), sound].sort()) }],
  ],
  [
    "a row of few in another order",
    /an index row with a value of 32 bytes is none/,
    (rows) => [{ ...few(rows), value: new Uint8Array([...half(few(rows).value, 1), ...half(few(rows).value, 0)]) }],
  ],
  [
    "a row of few cut short",
    /an index row with a value of 31 bytes is none/,
    (rows) => [{ ...few(rows), value: few(rows).value.slice(1) }],
  ],
  [
    "an index row of a value that nobody shows",
    /an index row names entry \S+, from which it does not follow/,
    () => [added(indexKey(new Uint8Array(20)), indexRow([sound]))],
  ],
  [
    "a member row too many",
    /a member row names entry \S+, from which it does not follow/,
    (rows) => [added(memberKey(many(rows).key.slice(1), sound))],
  ],
  [
    "a member row of nobody",
    /a member row names entry \S+, from which it does not follow/,
    (rows) => [added(memberKey(many(rows).key.slice(1), NOBODY))],
  ],
  [
    "a member row beside the row of few that names it",
    /a member row names entry \S+, from which it does not follow/,
    (rows) => [added(memberKey(few(rows).key.slice(1), uuidsOfIndexRow(few(rows).value)[0] as Uuid))],
  ],
  [
    "a value in a member row",
    /a member row has a value of 1 bytes/,
    ({ j }) => [{ ...pick(j), value: new Uint8Array(1) }],
  ],
  [
    "a key that is no member",
    /a member row with a key of 17 bytes is none/,
    ({ j }) => [added(pick(j).key.slice(0, 17))],
  ],
  [
    "rows that are not marked as whole",
    /the rows of constraints are not whole, or follow from another schema/,
    () => [{ key: metaKey("constraints"), value: undefined }],
  ],
  [
    "an entry that is gone, of which rows are left",
    /a reference row names entry \S+, from which it does not follow/,
    ({ b, e }) => e.filter(({ key }) => sameTail(key, pick(b).key)).map(removed),
  ],
];

const half = (bytes: Uint8Array, index: 0 | 1): Uint8Array =>
  bytes.subarray((index * bytes.length) / 2, ((index + 1) * bytes.length) / 2);

/** Whether `entry` is the key of the entry that refers to another by the row `reference`. */
const sameTail = (entry: Uint8Array, reference: Uint8Array): boolean =>
  Buffer.compare(entry.subarray(1), reference.subarray(17)) === 0;

describe("verify finds, of the rows that follow from entries and the schema,", () => {
  for (const [name, problem, damage] of found) {
    test(name, async () => {
      await inflict(damage);
      expect((await node.replica.verify()).problems.join("\n")).toMatch(problem);
    });
  }
});

test("the damage above is of rows that there are", async () => {
  const { b, i, j, p, u, v, x, y } = await rawRows(storage.store);
  expect([b, i, j, p, u, v, x, y].map(({ length }) => length)).toEqual([1, 2, MANY_ENTRIES, 1, 2, 1, 1, 1]);
  expect((await conflictsOf(node)).map(({ kind }) => kind)).toEqual(["overwrite", "unique", "invalid"]);
});

test("an entry that does not read is named once, not its rows", async () => {
  const { b } = await rawRows(storage.store);
  await inflict(({ e }) =>
    e.filter(({ key }) => sameTail(key, pick(b).key)).map((row) => changed(row, (value) => value.fill(0xff, 8))),
  );
  const { problems } = await node.replica.verify();
  expect(problems.filter((problem) => problem.includes("row"))).toEqual([]);
  expect(problems[0]).toMatch(/does not read/);
});

test("rows that are gone, and too many, are made anew when the replica is opened with another schema and back", async () => {
  await inflict(({ i, j, u, v }) => [...[...i, ...j, ...u, ...v].map(removed), added(invalidKey(NOBODY))]);
  expect((await node.replica.verify()).problems).not.toEqual([]);
  await restart(node, { attributes: {} });
  await expectSound([node]);
  await restart(node);
  await expectSound([node]);
});

test("without constraints there are no rows of them", async () => {
  await node.replica.setSchema({});
  await expectSound([node]);
  const { b, i, j, u, v, y } = await rawRows(storage.store);
  expect([b, i, j, u, v, y].map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0]);
});
