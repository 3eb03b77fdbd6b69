import type { ChangeId, Uuid, Value } from "@concordat/crdt";
import { memoryStorage } from "@concordat/storage";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defineMergeKind, openReplica, type Schema } from "./index.js";
import {
  closeAll,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { max, words } from "./testing/users-kinds.js";

const SCHEMA: Schema = { high: { merge: max }, text: { merge: words } };

/** Two that know the kinds, and one that does not. */
let near: TestNode;
let far: TestNode;
let unknowing: TestNode;

beforeEach(async () => {
  near = await testNode("near", { attributes: SCHEMA });
  far = await testNode("far", { attributes: SCHEMA });
  unknowing = await testNode("unknowing");
  for (const node of [far, unknowing]) await refreshFrom(node, near);
});

afterEach(async () => {
  const nodes = [near, far, unknowing];
  await heal(nodes);
  await expectConverged(nodes);
  await closeAll(nodes);
});

const shown = async ({ replica }: TestNode, uuid: Uuid) => (await replica.get(uuid))?.attributes;
const write = ({ replica }: TestNode, uuid: Uuid, changes: Record<string, Value | undefined>) =>
  replica.transact((tx) => tx.modify(uuid, changes));

describe("an attribute of a user's kind", () => {
  test("shows the join of all that was written, whoever wrote it and passed it on", async () => {
    const uuid = await near.replica.create({ high: 5, text: "a" });
    await pullOnce(unknowing, near);
    await pullOnce(far, unknowing);
    await write(far, uuid, { high: 9, text: "b" });
    await write(near, uuid, { high: 7, text: "c" });
    await pullOnce(unknowing, far);
    await pullOnce(near, unknowing);
    expect(await shown(near, uuid)).toEqual({ high: 9, text: "a b c" });
    expect((await near.replica.conflicts()).conflicts).toEqual([]);
  });

  test("is one version again with the next write that adds something", async () => {
    const uuid = await near.replica.create({ title: "x" });
    await heal([near, far]);
    await write(near, uuid, { text: "a" });
    far.clock.advance(1);
    await write(far, uuid, { text: "b" });
    await heal([near, far, unknowing]);
    expect((await unknowing.replica.get(uuid))?.unread.text?.versions).toEqual([["b"], ["a"]]);
    await write(near, uuid, { text: "c" });
    await pullOnce(unknowing, near);
    expect((await unknowing.replica.get(uuid))?.unread.text?.versions).toEqual([["a", "b", "c"]]);
  });

  test("does not change by a write that adds nothing, and takes no change id for it", async () => {
    const uuid = await near.replica.create({ high: 9, text: "a" });
    expect((await write(near, uuid, { high: 3, text: "a" })).changeId).toBeUndefined();
    expect((await write(near, uuid, { high: 10 })).changeId).toBeDefined();
  });

  test("starts anew once it was removed, within one transaction too", async () => {
    const uuid = await near.replica.create({ high: 9 });
    await write(near, uuid, { high: undefined });
    expect(await shown(near, uuid)).toEqual({});
    await write(near, uuid, { high: 3 });
    expect(await shown(near, uuid)).toEqual({ high: 3 });
    await near.replica.transact(async (tx) => {
      await tx.modify(uuid, { high: undefined });
      await tx.modify(uuid, { high: 1 });
      expect((await tx.get(uuid))?.attributes).toEqual({ high: 1 });
    });
    expect(await shown(near, uuid)).toEqual({ high: 1 });
  });

  test("keeps what was written while it was being removed elsewhere", async () => {
    const uuid = await near.replica.create({ text: "a" });
    await pullOnce(far, near);
    await write(near, uuid, { text: undefined });
    await write(far, uuid, { text: "b" });
    await heal([near, far]);
    // What the writer had in front of it is in what it wrote.
    expect(await shown(near, uuid)).toEqual({ text: "a b" });
  });

  test("is written by create and put as by modify, and left alone where they say what it shows", async () => {
    const uuid = await near.replica.create({ high: 5, text: "a" });
    await write(near, uuid, { text: "b" });
    const put = (attributes: Record<string, Value>) => near.replica.transact((tx) => tx.put(uuid, attributes));
    expect((await put({ high: 5, text: "a b" })).changeId).toBeUndefined();
    await put({ high: 3, text: "c" });
    expect(await shown(near, uuid)).toEqual({ high: 5, text: "a b c" });
    await put({ high: 3 });
    expect(await shown(near, uuid)).toEqual({ high: 5 });
  });

  test("refuses what its kind refuses", async () => {
    const uuid = await near.replica.create({ title: "x" });
    await expect(near.replica.modify(uuid, { high: "tall" })).rejects.toMatchObject({
      code: "invalid_change",
      message: expect.stringMatching(/attribute "high": a number, not "tall"/),
    });
  });

  test("is known to no other attribute", async () => {
    await unknowing.replica.setSchema({ other: { merge: max } });
    const uuid = await near.replica.create({ high: 5 });
    await pullOnce(unknowing, near);
    expect(await unknowing.replica.get(uuid)).toMatchObject({
      attributes: {},
      unread: { high: { merge: max.name, versions: [5] } },
    });
    await unknowing.replica.setSchema(SCHEMA);
    expect(await shown(unknowing, uuid)).toEqual({ high: 5 });
  });

  test("stands beside states of other kinds: the newest is shown", async () => {
    const uuid = await unknowing.replica.create({ high: "register" });
    await pullOnce(near, unknowing);
    await write(near, uuid, { high: 5 });
    expect(await shown(near, uuid)).toEqual({ high: 5 });
    await near.replica.setSchema({});
    await expect(near.replica.modify(uuid, { high: "again" })).rejects.toMatchObject({ code: "unknown_merge_kind" });
    await near.replica.setSchema(SCHEMA);
  });

  test("gives each write what tells it apart", async () => {
    const seen: ChangeId[] = [];
    const tagged = defineMergeKind<readonly string[]>({
      name: "test.example/tagged",
      empty: [],
      join: (left, right) => [...new Set([...left, ...right])].sort(),
      encode: (tags) => tags,
      decode: (encoded) => encoded as readonly string[],
      change: (current, written, changeId) => {
        seen.push(changeId);
        return [...current, `${written}@${changeId.ts}`];
      },
    });
    await near.replica.setSchema({ ...SCHEMA, log: { merge: tagged } });
    const uuid = await near.replica.create({ log: "x" });
    const { changeId } = await write(near, uuid, { log: "x" });
    expect(seen[1]).toEqual(changeId);
    expect((await shown(near, uuid))?.log).toHaveLength(2);
  });
});

describe("what its kind cannot read", () => {
  const broken = defineMergeKind<number>({
    ...max,
    decode: () => Number.NaN,
    show: () => {
      throw new Error("no idea");
    },
  });

  test("is unread, says why, and spoils nothing else", async () => {
    const uuid = await near.replica.create({ high: 5, title: "x" });
    await pullOnce(far, near);
    await far.replica.setSchema({ high: { merge: broken } });
    expect(await far.replica.get(uuid)).toMatchObject({
      attributes: { title: "x" },
      unread: { high: { merge: max.name, versions: [5], problem: "no idea" } },
    });
    await expect(far.replica.modify(uuid, { high: 6 })).rejects.toMatchObject({ code: "invalid_change" });
    await far.replica.transact((tx) => tx.put(uuid, { title: "y" }));
    expect((await far.replica.get(uuid))?.unread.high?.versions).toEqual([5]);
  });
});

describe("a schema with it", () => {
  test("holds the joined value to what it says", async () => {
    const validate = v.pipe(v.number(), v.maxValue(8));
    await near.replica.setSchema({ high: { merge: max, required: true, validate } });
    const uuid = await near.replica.create({ high: 5 });
    await expect(near.replica.modify(uuid, { high: 9 })).rejects.toMatchObject({ code: "entry_invalid" });
    await expect(near.replica.modify(uuid, { high: undefined })).rejects.toMatchObject({ code: "entry_invalid" });
    await pullOnce(far, near);
    await write(far, uuid, { high: 9 });
    await pullOnce(near, far);
    expect((await near.replica.conflicts()).conflicts).toMatchObject([{ kind: "invalid", uuid }]);
  });

  test.each([
    ["finds nothing by it", { high: { merge: max, index: true } }, /index is for registers and sets/],
    ["has no unique values of it", { high: { merge: max, unique: true } }, /unique is for/],
    ["has no references in it", { high: { merge: max, reference: true } }, /reference is for/],
    [
      "names it by what defineMergeKind gave, not by its name",
      { high: { merge: max.name as "set" } },
      /defineMergeKind/,
    ],
    ["takes no kind that is misspelt", { tags: { merge: "sett" as "set" } }, /counter, map, register, set/],
  ] satisfies [string, Schema, RegExp][])("%s", async (_, attributes, message) => {
    const error = { code: "invalid_schema", message: expect.stringMatching(message) };
    await expect(near.replica.setSchema(attributes)).rejects.toMatchObject(error);
    expect(near.replica.schema).toBe(SCHEMA);
    const storage = memoryStorage();
    await expect(openReplica({ storage, attributes })).rejects.toMatchObject(error);
    await (await openReplica({ storage })).close();
  });

  test.each(["max", "Example.com/max", "example.com/", "localhost/max", `a.b/${"x".repeat(100)}`])(
    "cannot name a kind %s",
    (name) => {
      expect(() => defineMergeKind({ ...max, name })).toThrow(expect.objectContaining({ code: "invalid_schema" }));
    },
  );
});

describe("a conflict of an entry with it", () => {
  test("is settled with all of its versions joined, where the kind is known", async () => {
    const uuid = await near.replica.create({ text: "a" });
    await heal([near, far, unknowing]);
    await unknowing.replica.delete(uuid);
    await write(near, uuid, { text: "b" });
    await write(far, uuid, { text: "c" });
    await heal([near, far, unknowing]);
    const { conflicts } = await near.replica.conflicts();
    expect(conflicts).toMatchObject([{ kind: "deletion", losers: [{ attributes: { text: "a b c" } }] }]);
    const id = conflicts[0]?.id ?? "";
    await expect(unknowing.replica.resolveConflict(id, { action: "restore" })).rejects.toMatchObject({
      code: "unknown_merge_kind",
    });
    const { result } = await near.replica.resolveConflict(id, { action: "restore" });
    expect(await shown(near, result as Uuid)).toEqual({ text: "a b c" });
  });
});
