import type { Uuid } from "@concordat/crdt";
import { type } from "arktype";
import * as valibot from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Schema, StandardResult, StandardSchema } from "../index.js";
import {
  closeAll,
  createEntries,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
  topology,
} from "../testing/test-topology.js";
import { apart, conflictsOf, created, expectSameViews, hidden, only, shown } from "../testing/views.js";

/** A validator as anybody can write one. */
const standard = (validate: (value: unknown) => StandardResult | Promise<StandardResult>): StandardSchema => ({
  "~standard": { version: 1, vendor: "by-hand", validate },
});

const accepted: StandardResult = {};
const refused = (message: string): StandardResult => ({ issues: [{ message }] });

const address = standard((value) => (String(value).includes("@") ? accepted : refused("is no address")));
const atMostTwo = standard((value) => ((value as unknown[]).length <= 2 ? accepted : refused("are more than two")));

const attributes: Schema = {
  tags: { merge: "set", required: true, validate: atMostTwo },
  email: { validate: address },
};

/** Three copies of one domain that pull only when the scenario says so. In the end they hold the same. */
let a: TestNode;
let b: TestNode;
let c: TestNode;
let nodes: readonly TestNode[] = [];

const begin = async (schema: Schema): Promise<void> => {
  await closeAll(nodes);
  nodes = await topology(["a", "b", "c"], { attributes: schema });
  [a, b, c] = nodes as [TestNode, TestNode, TestNode];
};

beforeEach(() => begin(attributes));

afterEach(async () => {
  await heal(nodes);
  await expectConverged(nodes);
  await closeAll(nodes);
  nodes = [];
});

const tagged =
  (uuid: Uuid, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }) =>
  ({ replica }: TestNode): Promise<void> =>
    replica.modify(uuid, { tags: change });

test("a change that comes is held to all that the schema names, whatever part of the entry it is about", async () => {
  await begin({
    one: { required: true },
    two: { required: true },
    left: { reference: true },
    right: { reference: true },
  });
  a.replica.setSchema({});
  const target = await a.replica.create({ one: 1, two: 2 });
  const uuid = await a.replica.create({ two: 2, left: target, right: target });
  await heal(nodes);
  expect(only(await conflictsOf(b)).message).toContain('"one" is required, and missing');
  await a.replica.modify(uuid, { one: 1 });
  await pullOnce(b, a);
  expect(await conflictsOf(b)).toEqual([]);
  await a.replica.modify(uuid, { left: 3 });
  await pullOnce(b, a);
  expect((await b.replica.verify()).problems).toEqual([]);
  await b.replica.modify(uuid, { left: target });
});

describe("what each of two accepts, and both together do not", () => {
  test("a required attribute that both emptied in part is missing on every node, and listed", async () => {
    const uuid = await a.replica.create({ tags: ["x", "y"], title: "one" });
    await heal(nodes);
    await apart([a, tagged(uuid, { remove: ["x"] })], [b, tagged(uuid, { remove: ["y"] })]);
    await heal(nodes);
    await expectSameViews(nodes);
    expect(await shown(c, uuid)).toEqual({ title: "one" });
    const conflict = only(await conflictsOf(c));
    expect(conflict).toMatchObject({
      id: `invalid.${uuid}`,
      kind: "invalid",
      uuid,
      attribute: undefined,
      message: expect.stringContaining('"tags" is required, and missing'),
      winner: undefined,
      losers: [{ uuid, attributes: { title: "one" } }],
      resolutions: [],
    });
    expect(await c.replica.conflict(conflict.id)).toEqual(conflict);
    await expect(c.replica.resolveConflict(conflict.id, { action: "keep-winner" })).rejects.toMatchObject({
      code: "invalid_change",
      message: expect.stringContaining("settled by writing"),
    });
    await c.replica.modify(uuid, { tags: ["z"] });
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("a value that grew over its bound is shown as it is, and listed until somebody mends it", async () => {
    const uuid = await a.replica.create({ tags: ["x"] });
    await heal(nodes);
    await apart([a, tagged(uuid, { add: ["y"] })], [b, tagged(uuid, { add: ["z"] })]);
    await heal(nodes);
    await expectSameViews(nodes);
    expect(await shown(c, uuid)).toEqual({ tags: ["x", "y", "z"] });
    expect(only(await conflictsOf(c)).message).toContain('"tags" are more than two');
    await b.replica.modify(uuid, { tags: { remove: ["x"] } });
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("an entry that is not accepted can be changed otherwise, deleted, and not be made worse", async () => {
    const uuid = await a.replica.create({ tags: ["x"] });
    await heal(nodes);
    await apart([a, tagged(uuid, { add: ["y"] })], [b, tagged(uuid, { add: ["z"] })]);
    await heal(nodes);
    await c.replica.modify(uuid, { title: "changed" });
    await expect(c.replica.modify(uuid, { email: "nobody" })).rejects.toMatchObject({ code: "entry_invalid" });
    await c.replica.delete(uuid);
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("is taken along by a refresh", async () => {
    const uuid = await a.replica.create({ tags: ["x", "y"] });
    await heal(nodes);
    await apart([a, tagged(uuid, { remove: ["x"] })], [b, tagged(uuid, { remove: ["y"] })]);
    await heal(nodes);
    const d = await testNode("d", { attributes });
    await refreshFrom(d, a);
    expect(only(await conflictsOf(d)).id).toBe(`invalid.${uuid}`);
    await expectConverged([a, d]);
    await closeAll([d]);
  });
});

describe("what a node writes that does not hold to the schema", () => {
  test("never stops the stream: it is shown, listed, and what comes after it arrives", async () => {
    await b.replica.setSchema({});
    const bad = await b.replica.create({ email: "nobody" });
    const uuids = await createEntries(b, 6);
    expect(await pullOnce(a, b)).toEqual({ kind: "applied", entries: 7 });
    expect(await shown(a, bad)).toEqual({ email: "nobody" });
    const conflict = await a.replica.conflict(`invalid.${bad}`);
    expect(conflict?.message).toContain('"tags" is required, and missing; "email" is no address');
    for (const uuid of uuids) expect(await a.replica.conflict(`invalid.${uuid}`)).toBeDefined();
    expect(await conflictsOf(b)).toEqual([]);
    await pullOnce(c, a);
    expect(await conflictsOf(c)).toEqual(await conflictsOf(a));
  });
});

describe("a local write that the schema does not accept", () => {
  const invalid = { code: "entry_invalid" };

  test("is refused, and says which attribute and why", async () => {
    await expect(a.replica.create({ title: "untagged" })).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('"tags" of entry'),
    });
    await expect(a.replica.create({ tags: ["x"], email: "nobody" })).rejects.toMatchObject({
      ...invalid,
      message: expect.stringMatching(/"email" of entry .*: is no address/),
    });
    const uuid = await a.replica.create({ tags: ["x"], email: "some@body" });
    for (const change of [{ tags: undefined }, { tags: { remove: ["x"] } }, { email: "nobody" }])
      await expect(a.replica.modify(uuid, change)).rejects.toMatchObject(invalid);
    expect(await shown(a, uuid)).toEqual({ tags: ["x"], email: "some@body" });
  });

  test("undoes the whole transaction, and takes no change id", async () => {
    const kept = await a.replica.create({ tags: ["x"] });
    const [before, digest] = [a.replica.ruv(), await a.replica.digest()];
    const writing = a.replica.transact(async (transaction) => {
      await transaction.create({ tags: ["y"] });
      await transaction.modify(kept, { title: "changed" });
      await transaction.create({ title: "untagged" });
    });
    await expect(writing).rejects.toMatchObject(invalid);
    expect(a.replica.ruv()).toBe(before);
    expect(await a.replica.digest()).toEqual(digest);
    expect(await shown(a, kept)).toEqual({ tags: ["x"] });
  });

  test("is looked at when the transaction ends, not before", async () => {
    const { result } = await a.replica.transact(async (transaction) => {
      const uuid = await transaction.create({ email: "nobody" });
      await transaction.modify(uuid, { tags: ["x"], email: "some@body" });
      return uuid;
    });
    expect(await shown(a, result)).toEqual({ tags: ["x"], email: "some@body" });
  });

  test("does not take another down that shares its commit", async () => {
    const writes = [{ tags: ["x"] }, { title: "untagged" }, { tags: ["y"] }];
    const outcomes = await Promise.allSettled(writes.map((write) => a.replica.create(write)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe.each<readonly [name: string, validate: StandardSchema]>([
  ["by hand", address],
  ["by zod", z.email()],
  ["by valibot", valibot.pipe(valibot.string(), valibot.email())],
  ["by arktype", type("string.email")],
])("a validator %s", (_, validate) => {
  beforeEach(() => begin({ email: { validate } }));

  test("refuses local writes, and lists what others wrote", async () => {
    const good = await a.replica.create({ email: "some@body.net" });
    for (const email of ["nobody", 7])
      await expect(a.replica.create({ email })).rejects.toMatchObject({ code: "entry_invalid" });
    await b.replica.setSchema({});
    const bad = await b.replica.create({ email: "nobody" });
    await heal(nodes);
    expect(only(await conflictsOf(a))).toMatchObject({ id: `invalid.${bad}`, losers: [{ uuid: bad }] });
    expect(await shown(c, good)).toEqual({ email: "some@body.net" });
    expect(await conflictsOf(c)).toEqual(await conflictsOf(a));
  });
});

describe("a validator that gives no answer", () => {
  test.each<readonly [name: string, message: string, validate: StandardSchema]>([
    [
      "throws",
      "out of order",
      standard(() => {
        throw new Error("out of order");
      }),
    ],
    ["is asynchronous", "is asynchronous", standard(() => Promise.resolve(accepted))],
    ["is asynchronous, and rejects", "is asynchronous", standard(() => Promise.reject(new Error("too late")))],
    ["has issues and names none", "is not accepted", standard(() => ({ issues: [] }))],
  ])("because it %s accepts nothing, and stops nothing", async (_, message, validate) => {
    await a.replica.setSchema({ email: { validate } });
    const said = expect.stringContaining(message);
    await expect(a.replica.create({ email: "x" })).rejects.toMatchObject({ code: "entry_invalid", message: said });
    const uuid = await b.replica.create({ tags: ["x"], email: "some@body" });
    const after = await b.replica.create({ tags: ["x"] });
    await pullOnce(a, b);
    expect(only(await conflictsOf(a))).toMatchObject({ id: `invalid.${uuid}`, message: said });
    expect(await shown(a, after)).toEqual({ tags: ["x"] });
    await a.replica.create({ title: "no address" });
    await a.replica.setSchema(attributes);
  });
});

describe("nodes whose schemas differ", () => {
  test("name different kinds for one attribute: data converges, and all show the kind that was written last", async () => {
    await a.replica.setSchema({ tags: { merge: "set" } });
    await b.replica.setSchema({});
    await c.replica.setSchema({ tags: { merge: "counter" } });
    const uuid = await a.replica.create({ tags: ["x"] });
    await heal(nodes);
    await apart([a, tagged(uuid, { add: ["y"] })], [b, ({ replica }) => replica.modify(uuid, { tags: "text" })]);
    await heal(nodes);
    await expectConverged(nodes);
    for (const node of nodes) expect(await shown(node, uuid)).toEqual({ tags: "text" });
    c.clock.micros += 10_000;
    await c.replica.modify(uuid, { tags: { increment: 3 } });
    await heal(nodes);
    for (const node of nodes) expect(await shown(node, uuid)).toEqual({ tags: 3 });
    c.clock.micros += 10_000;
    await pullOnce(a, c);
    a.clock.micros = c.clock.micros;
    await a.replica.modify(uuid, { tags: { add: ["z"] } });
    await heal(nodes);
    for (const node of nodes) expect(await shown(node, uuid)).toEqual({ tags: ["x", "y", "z"] });
  });

  test("differ in constraints: each shows its own view of the same data", async () => {
    await a.replica.setSchema({ email: { unique: true } });
    await b.replica.setSchema({ parent: { reference: true } });
    await c.replica.setSchema({ title: { required: true } });
    const gone = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";
    const [first, second] = (await apart(
      [a, created({ title: "one", email: "x@y" })],
      [b, created({ email: "x@y" })],
    )) as [Uuid, Uuid];
    await a.replica.modify(first, { parent: gone });
    await heal(nodes);
    await expectConverged(nodes);
    const views = await Promise.all(nodes.map(async (node) => [await shown(node, first), await shown(node, second)]));
    const all = { title: "one", email: "x@y", parent: gone };
    expect(views).toEqual([
      [all, {}],
      [{ title: "one", email: "x@y" }, { email: "x@y" }],
      [all, { email: "x@y" }],
    ]);
    const kinds = await Promise.all(nodes.map(async (node) => (await conflictsOf(node)).map(({ kind }) => kind)));
    expect(kinds).toEqual([["unique"], ["reference"], ["invalid"]]);
  });
});

describe("the list of conflicts", () => {
  test("of all kinds comes in pages, each conflict once, and each is found by its id", async () => {
    await begin({ email: { unique: true }, parent: { reference: true }, title: { required: true } });
    const gone = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";
    const uuid = await a.replica.create({ title: "one" });
    await heal(nodes);
    await b.replica.setSchema({});
    await apart<unknown>(
      [a, ({ replica }) => replica.modify(uuid, { title: "by a" })],
      [b, ({ replica }) => replica.modify(uuid, { title: "by b" })],
      [a, created({ title: "two", email: "x", parent: gone })],
      [b, created({ email: "x", parent: gone })],
    );
    await b.replica.setSchema(a.options.attributes ?? {});
    await heal(nodes);
    await expectSameViews(nodes);
    const all = await conflictsOf(c);
    expect(all.map(({ kind }) => kind)).toEqual(["overwrite", "unique", "reference", "reference", "invalid"]);
    const paged: unknown[] = [];
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await c.replica.conflicts({ limit: 1, ...(after !== undefined && { after }) });
      paged.push(...page.conflicts);
      after = page.next;
    }
    expect(paged).toEqual(all);
    for (const conflict of all) expect(await c.replica.conflict(conflict.id)).toEqual(conflict);
  });

  test("knows none of these, and says so", async () => {
    const uuid = await a.replica.create({ tags: ["x"] });
    const ids = [`invalid.${uuid}`, `invalid.${uuid}.x`, `reference.${uuid}.${uuid}.parent`, `reference.${uuid}`];
    for (const id of [...ids, `unique.${"0".repeat(40)}`, "unique.x", "invalid.x"]) {
      expect(await a.replica.conflict(id), id).toBeUndefined();
      const resolving = a.replica.resolveConflict(id, { action: "keep-winner" });
      await expect(resolving, id).rejects.toMatchObject({ code: "conflict_not_found" });
    }
  });
});

test("resolving would empty a required attribute: that is refused, and another value settles it", async () => {
  await begin({ email: { unique: true, required: true } });
  const [, second] = await apart([a, created({ email: "x" })], [b, created({ email: "x" })]);
  await heal(nodes);
  const { id } = only(await conflictsOf(c));
  const resolving = c.replica.resolveConflict(id, { action: "keep-winner" });
  await expect(resolving).rejects.toMatchObject({ code: "entry_invalid" });
  expect(await hidden(c, second as Uuid)).toEqual(["email"]);
  await c.replica.modify(second as Uuid, { email: "y" });
  await heal(nodes);
  await expectSameViews(nodes);
  expect(await conflictsOf(c)).toEqual([]);
});
