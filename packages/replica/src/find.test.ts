import type { Uuid, Value } from "@concordat/crdt";
import { faultyStorage, memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "./index.js";
import { REPLICA_LIMITS } from "./replica-limits.js";
import { settled } from "./testing/event-loop.js";
import { Gate } from "./testing/gate.js";
import { gatedCommits } from "./testing/gated-commits.js";
import { gatedReads } from "./testing/gated-reads.js";
import { eventually } from "./testing/links.js";
import { exposedStorage, rawRows } from "./testing/raw-rows.js";
import { closeAll, expectSound, heal, refreshFrom, restart, type TestNode, testNode } from "./testing/test-topology.js";
import { apart, created } from "./testing/views.js";

const attributes: Schema = {
  name: { index: true },
  tags: { merge: "set", index: true },
  email: { unique: true, index: true },
  settings: { merge: "map", index: true },
  hits: { merge: "counter", index: true },
};

const FEW = REPLICA_LIMITS.indexRowEntriesMax;

let storage: ReturnType<typeof exposedStorage>;
let node: TestNode;

beforeEach(async () => {
  storage = exposedStorage();
  node = await testNode("a", { storage, attributes });
});

afterEach(async () => {
  await expectSound([node]);
  await node.replica.close();
});

const found = async (attribute: string, value: Value, { replica }: TestNode = node): Promise<readonly Uuid[]> =>
  (await replica.find({ attribute, value, limit: 1_000 })).entries.map(({ uuid }) => uuid);

const createMany = async (count: number, name: string): Promise<readonly Uuid[]> => {
  const { result } = await node.replica.transact(async (transaction) => {
    const uuids: Uuid[] = [];
    for (let number = 0; number < count; number += 1) uuids.push(await transaction.create({ name, number }));
    return uuids;
  });
  return [...result].sort();
};

describe("find", () => {
  test("gives whole entries, by the values that they show", async () => {
    const uuid = await node.replica.create({ name: "x", tags: ["a", "b"], other: 1 });
    await node.replica.create({ name: "y" });
    const page = await node.replica.find({ attribute: "name", value: "x" });
    expect(page).toEqual({ entries: [await node.replica.get(uuid)], next: undefined });
    expect(await found("tags", "b")).toEqual([uuid]);
    expect(await found("tags", "c")).toEqual([]);
  });

  test("follows writes, removals and deletions", async () => {
    const uuid = await node.replica.create({ name: "x", tags: ["a"] });
    await node.replica.modify(uuid, { name: "y", tags: { add: ["b"], remove: ["a"] } });
    expect([await found("name", "x"), await found("name", "y")]).toEqual([[], [uuid]]);
    expect([await found("tags", "a"), await found("tags", "b")]).toEqual([[], [uuid]]);
    expect((await rawRows(storage.store)).i).toHaveLength(2);
    await node.replica.modify(uuid, { name: undefined });
    expect(await found("name", "y")).toEqual([]);
    await node.replica.delete(uuid);
    expect(await found("tags", "b")).toEqual([]);
    const { i } = await rawRows(storage.store);
    expect(i).toEqual([]);
  });

  test("finds any kind that an attribute shows: elements of arrays, counters, maps as a whole", async () => {
    const uuid = await node.replica.create({ name: ["x", ["y"], 1], settings: { a: 1 }, hits: 3 });
    for (const [attribute, value] of [
      ["name", "x"],
      ["name", ["y"]],
      ["settings", { a: 1 }],
      ["hits", 3],
    ] as const)
      expect(await found(attribute, value), attribute).toEqual([uuid]);
    expect([await found("name", "y"), await found("settings", 1), await found("hits", 2)]).toEqual([[], [], []]);
  });

  test("takes numbers for what they are worth, and nothing else for a number", async () => {
    const [number, bigint] = [
      await node.replica.create({ name: 2 ** 53 }),
      await node.replica.create({ name: 2n ** 53n }),
    ];
    const text = await node.replica.create({ name: "9007199254740992" });
    expect(await found("name", 2 ** 53)).toEqual([number, bigint].sort());
    expect(await found("name", 2n ** 53n)).toEqual([number, bigint].sort());
    expect(await found("name", "9007199254740992")).toEqual([text]);
    expect(await found("name", 2n ** 53n + 1n)).toEqual([]);
  });

  test("tells values apart that are longer than a key", async () => {
    const long = "x".repeat(3_000);
    const uuid = await node.replica.create({ name: `${long}a` });
    await node.replica.create({ name: `${long}b` });
    expect(await found("name", `${long}a`)).toEqual([uuid]);
  });

  test.each([1, FEW, FEW + 1, 3 * FEW])("pages through %i entries in the order of their uuids", async (count) => {
    const uuids = await createMany(count, "x");
    await node.replica.create({ name: "y" });
    const pages: Uuid[][] = [];
    let next: Uuid | undefined;
    do {
      const page = await node.replica.find({ attribute: "name", value: "x", limit: 7, ...(next && { after: next }) });
      pages.push(page.entries.map(({ uuid }) => uuid));
      next = page.next;
    } while (next);
    expect(pages.flat()).toEqual(uuids);
    expect(pages.slice(0, Math.floor(count / 7)).every(({ length }) => length === 7)).toBe(true);
    const odd = await node.replica.find({
      attribute: "name",
      value: "x",
      limit: count,
      filter: ({ attributes }) => (attributes.number as number) % 2 === 1,
    });
    expect(odd.entries).toHaveLength(Math.floor(count / 2));
  });

  test("goes from few in one row to many with one each, and back", async () => {
    const uuids = await createMany(FEW, "x");
    const rows = async () => {
      const { i, j } = await rawRows(storage.store);
      return [i.length, j.length];
    };
    expect(await rows()).toEqual([1, 0]);
    const more = await createMany(2, "x");
    expect(await rows()).toEqual([1, FEW + 2]);
    await node.replica.delete(more[0] as Uuid);
    expect(await rows()).toEqual([1, FEW + 1]);
    await node.replica.transact(async (transaction) => {
      await transaction.modify(more[1] as Uuid, { name: "y" });
      await transaction.modify(uuids[0] as Uuid, { name: "y" });
      await transaction.create({ name: "x" });
    });
    expect(await rows()).toEqual([2, 0]);
    expect(await found("name", "x")).toHaveLength(FEW);
  });

  test("does not find what a constraint hides", async () => {
    const other = await testNode("b", { attributes: {} });
    await refreshFrom(other, node);
    const [first, second] = (await apart(
      [node, created({ email: "e", name: "x" })],
      [other, created({ email: "e", name: "x" })],
    )) as [Uuid, Uuid];
    await heal([node, other]);
    expect(await found("email", "e")).toEqual([first]);
    expect(await found("name", "x")).toEqual([first, second].sort());
    await node.replica.delete(first);
    expect(await found("email", "e")).toEqual([second]);
    await other.replica.close();
  });

  test("finds in what a refresh brought", async () => {
    const other = await testNode("b", { attributes });
    const uuid = await node.replica.create({ name: "x" });
    await other.replica.create({ name: "x" });
    await refreshFrom(other, node, { discardLocalChanges: true });
    expect(await found("name", "x", other)).toEqual([uuid]);
    await other.replica.modify(uuid, { name: "y" });
    expect([await found("name", "x", other), await found("name", "y", other)]).toEqual([[], [uuid]]);
    await expectSound([other]);
    await closeAll([other]);
  });

  test("refuses what it would have to go through all entries for", async () => {
    await expect(node.replica.find({ attribute: "title", value: "x" })).rejects.toMatchObject({ code: "not_indexed" });
    await expect(node.replica.find({ attribute: "toString", value: "x" })).rejects.toMatchObject({
      code: "not_indexed",
    });
    await node.replica.setSchema({});
    await expect(node.replica.find({ attribute: "name", value: "x" })).rejects.toMatchObject({ code: "not_indexed" });
  });

  test.each([null, undefined, Number.NaN, "\ud800", 2n ** 64n])(
    "refuses %s, which no attribute could hold",
    async (value) => {
      const options = { attribute: "name", value: value as unknown as Value };
      await expect(node.replica.find(options)).rejects.toMatchObject({ code: "invalid_change" });
    },
  );
});

describe("an index that is made", () => {
  test("is of what is there, and of what is written from then on", async () => {
    const title = { title: { index: true } };
    const uuid = await node.replica.create({ title: "x" });
    await node.replica.setSchema(title);
    const next = await node.replica.create({ title: "x" });
    expect(await found("title", "x")).toEqual([uuid, next].sort());
    await restart(node, { attributes: title });
    expect(await found("title", "x")).toEqual([uuid, next].sort());
  });

  test.each([1, FEW + 1])("is not met in part while it is made anew, of %i entries", async (count) => {
    const reads = gatedReads(memoryStorage());
    const commits = gatedCommits(reads);
    const gated = await testNode("gated", { storage: commits, attributes });
    await gated.replica.transact(async (transaction) => {
      for (let at = 0; at < count; at += 1) await transaction.create({ name: "x" });
    });
    const [early, emptied] = [new Gate(), new Gate()];
    reads.holdNextRead(early);
    const before = found("name", "x", gated);
    await early.reached;
    // What says that the rows are whole is gone first, then the rows themselves.
    commits.holdCommit(emptied, count > FEW ? 3 : 2);
    const change = gated.replica.setSchema({ ...attributes, title: { index: true } });
    await emptied.reached;
    const answers: unknown[] = [];
    const during = found("name", "x", gated).then((uuids) => answers.push(uuids.length));
    early.open();
    void before.then((uuids) => answers.push(uuids.length));
    await settled();
    expect(answers.filter((length) => length !== count)).toEqual([]);
    emptied.open();
    await Promise.all([before, during, change]);
    expect(answers).toEqual([count, count]);
    await closeAll([gated]);
  });

  test("is not met at all while it could not be made, and is made as soon as it can be", async () => {
    let isFull = false;
    const storage = faultyStorage(memoryStorage(), ({ operation }) =>
      operation === "commit" && isFull ? { kind: "error", code: "store_full" } : undefined,
    );
    const full = await testNode("full", { storage, attributes: {} });
    const uuid = await full.replica.create({ name: "x" });
    isFull = true;
    await expect(full.replica.setSchema(attributes)).rejects.toMatchObject({ code: "store_full" });
    await expect(found("name", "x", full)).rejects.toMatchObject({ code: "not_indexed" });
    const { clock } = full;
    await eventually(() => expect(clock.sleepsMs).toContainEqual(expect.toSatisfy((ms: number) => ms <= 250)));
    clock.advance(250);
    await eventually(() => expect(clock.sleepsMs).not.toContainEqual(expect.toSatisfy((ms: number) => ms <= 250)));
    isFull = false;
    clock.advance(500);
    await eventually(async () => expect(await found("name", "x", full)).toEqual([uuid]));
    await closeAll([full]);
  });
});
