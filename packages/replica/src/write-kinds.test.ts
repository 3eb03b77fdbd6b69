import type { Uuid, Value } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AttributeChange, Attributes, Schema } from "./index.js";
import {
  closeAll,
  expectConverged,
  expectSound,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let node: TestNode;

beforeEach(async () => {
  node = await testNode("a");
});

afterEach(async () => {
  await expectSound([node]);
  await closeAll([node]);
});

const shown = async (uuid: Uuid): Promise<Attributes | undefined> => (await node.replica.get(uuid))?.attributes;

/** What an attribute shows after each of `changes`, one transaction each. */
const history = async (name: string, changes: readonly AttributeChange[]): Promise<(Value | undefined)[]> => {
  const uuid = await node.replica.create({});
  const values: (Value | undefined)[] = [];
  for (const change of changes) {
    await node.replica.modify(uuid, { [name]: change });
    values.push((await shown(uuid))?.[name]);
  }
  return values;
};

test("a register takes any value, and loses it", async () => {
  const values: Value[] = ["text", 5, -1.5, true, 2n ** 60n, Uint8Array.of(1, 2), [1, ["a"]], { k: { l: 1 } }, ""];
  expect(await history("title", [...values, undefined, "back", undefined])).toEqual([
    ...values,
    undefined,
    "back",
    undefined,
  ]);
});

test("a set takes elements one by one, or is replaced; removed and added at once, an element is there", async () => {
  const changes: AttributeChange[] = [
    ["b", "a", "b"],
    { add: ["c"] },
    { remove: ["a", "never there"] },
    { add: ["a"], remove: ["a", "b"] },
    ["d", "a"],
    undefined,
    { add: [{ k: 1 }, { k: 1 }, [2]] },
    [],
  ];
  expect(await history("tags", changes)).toEqual([
    ["a", "b"],
    ["a", "b", "c"],
    ["b", "c"],
    ["a", "c"],
    ["a", "d"],
    undefined,
    [{ k: 1 }, [2]],
    undefined,
  ]);
});

test("a map takes keys one by one, or is replaced", async () => {
  const changes: AttributeChange[] = [
    { color: "red", size: 1 },
    { set: { size: 2 } },
    { remove: ["color", "never there"] },
    { set: { color: "blue" }, remove: ["color", "size"] },
    { shape: "round" },
    undefined,
    { set: { again: true } },
    {},
  ];
  expect(await history("settings", changes)).toEqual([
    { color: "red", size: 1 },
    { color: "red", size: 2 },
    { size: 2 },
    { color: "blue" },
    { shape: "round" },
    undefined,
    { again: true },
    undefined,
  ]);
});

test("a counter counts up and down, takes a value, and loses what was seen", async () => {
  const changes: AttributeChange[] = [{ increment: 5 }, { increment: -7 }, 10, 3, undefined, { increment: 1 }];
  expect(await history("hits", changes)).toEqual([5, -2, 10, 3, 0, 1]);
});

test("a counter does not pass what a number holds exactly", async () => {
  const uuid = await node.replica.create({ hits: Number.MAX_SAFE_INTEGER });
  await expect(node.replica.modify(uuid, { hits: { increment: 1 } })).rejects.toMatchObject({ code: "invalid_change" });
  expect(await shown(uuid)).toEqual({ hits: Number.MAX_SAFE_INTEGER });
});

test("concurrent assignments of a counter add what each added", async () => {
  const other = await testNode("b");
  const uuid = await node.replica.create({ hits: 10 });
  await refreshFrom(other, node);
  await node.replica.modify(uuid, { hits: 15 });
  await other.replica.modify(uuid, { hits: 7 });
  await pullOnce(node, other);
  await pullOnce(other, node);
  expect(await shown(uuid)).toEqual({ hits: 12 });
  await expectConverged([node, other]);
  await other.replica.close();
});

test("put makes the entry exactly what it says, of every kind", async () => {
  const uuid = await node.replica.create({
    title: "old",
    body: "old",
    tags: ["old", "both"],
    settings: { old: 1, both: 1 },
    hits: 4,
  });
  const put = (attributes: Attributes) => node.replica.transact((transaction) => transaction.put(uuid, attributes));
  const replaced = { title: "new", tags: ["both", "new"], settings: { both: 2, new: 2 }, hits: 1 };
  expect((await put(replaced)).result).toBe("replaced");
  expect(await shown(uuid)).toEqual({ ...replaced, tags: expect.arrayContaining(["both", "new"]) });
  expect((await put({ body: "back" })).result).toBe("replaced");
  // A counter that was removed is one that counts nothing: what others add concurrently still counts.
  expect(await shown(uuid)).toEqual({ body: "back", hits: 0 });
});

test("put creates what is not there", async () => {
  const uuid = "33333333-3333-4333-8333-333333333333" as Uuid;
  const put = await node.replica.transact((transaction) => transaction.put(uuid, { title: "new" }));
  expect(put.result).toBe("created");
  expect(await node.replica.get(uuid)).toMatchObject({ attributes: { title: "new" }, createdAt: put.changeId });
});

test("delete leaves a tombstone, which tells when", async () => {
  const uuid = await node.replica.create({ title: "short-lived" });
  const { changeId } = await node.replica.transact((transaction) => transaction.delete(uuid));
  expect(await node.replica.lookup(uuid)).toEqual({ kind: "tombstone", deletedAt: changeId });
  expect(await node.replica.get(uuid)).toBeUndefined();
  expect(node.replica.status().totals).toMatchObject({ liveEntries: 0, tombstones: 1 });
  expect(await node.replica.lookup("44444444-4444-4444-8444-444444444444" as Uuid)).toEqual({ kind: "absent" });
});

describe("create and put take values for what they are, whatever a change would look like", () => {
  const LOOKALIKES: Attributes = {
    title: { add: ["a"] },
    count: { increment: 1 },
    settings: { set: { k: 1 }, remove: ["x"] },
  };

  test("a map may have a key set, and a register any object", async () => {
    const uuid = await node.replica.create(LOOKALIKES);
    expect(await shown(uuid)).toEqual(LOOKALIKES);
    await node.replica.transact((transaction) => transaction.put(uuid, { settings: { remove: ["k"] } }));
    expect(await shown(uuid)).toEqual({ settings: { remove: ["k"] } });
  });

  test.each([
    ["tags", { add: ["a"] }, "an array"],
    ["settings", [1], "an object"],
    ["hits", { increment: 1 }, "a whole number"],
  ])("%s takes no change in place of a value", async (name, value, expected) => {
    const created = node.replica.create({ [name]: value });
    await expect(created).rejects.toMatchObject({ code: "invalid_change", message: expect.stringContaining(expected) });
  });
});

describe("an attribute whose declared kind changed", () => {
  /** Writes `first` as the one kind, then `second` as the other. @returns what shows then. */
  const redeclared = async (from: Schema, first: Value, to: Schema, second: AttributeChange) => {
    node.replica.setSchema(from);
    const uuid = await node.replica.create({ x: first });
    node.replica.setSchema(to);
    await node.replica.modify(uuid, { x: second });
    return (await shown(uuid))?.x;
  };
  const register: Schema = {};
  const set: Schema = { x: { merge: "set" } };
  const map: Schema = { x: { merge: "map" } };
  const counter: Schema = { x: { merge: "counter" } };

  test("shows what was written last, as the kind that it was written", async () => {
    expect(await redeclared(register, "a", set, ["b"])).toEqual(["b"]);
    expect(await redeclared(set, ["a"], register, ["b", "b"])).toEqual(["b", "b"]);
    expect(await redeclared(register, "a", map, { k: 1 })).toEqual({ k: 1 });
    expect(await redeclared(map, { k: 1 }, counter, 5)).toBe(5);
    expect(await redeclared(register, "a", counter, 0)).toBe(0);
  });

  test("is emptied whatever kind it shows", async () => {
    expect(await redeclared(register, "a", set, undefined)).toBeUndefined();
    expect(await redeclared(register, "a", set, [])).toBeUndefined();
    expect(await redeclared(set, ["a"], map, {})).toBeUndefined();
    expect(await redeclared(map, { k: 1 }, register, undefined)).toBeUndefined();
  });

  test("comes back as it was when what it held before is written again", async () => {
    const kinds: readonly (readonly [Schema, AttributeChange, Value])[] = [
      [register, "a", "a"],
      [set, ["a"], ["a"]],
      [set, { add: ["a"] }, ["a"]],
      [map, { k: 1 }, { k: 1 }],
      [map, { set: { k: 1 } }, { k: 1 }],
      [counter, 3, 3],
      [counter, { increment: 0 }, 3],
    ];
    for (const [schema, change, value] of kinds) {
      node.replica.setSchema(schema);
      const uuid = await node.replica.create({ x: value });
      node.replica.setSchema(schema === register ? set : register);
      await node.replica.modify(uuid, { x: ["other"] });
      node.replica.setSchema(schema);
      await node.replica.modify(uuid, { x: change });
      expect((await shown(uuid))?.x).toEqual(value);
    }
  });
});
