import type { Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../index.js";
import {
  closeAll,
  expectConverged,
  heal,
  pullOnce,
  restart,
  type TestNode,
  topology,
} from "../testing/test-topology.js";
import { apart, conflictsOf, created, expectSameViews, hidden, only, shown } from "../testing/views.js";

const unique: Schema = { email: { unique: true } };
const reference: Schema = { parent: { reference: true } };
const required: Schema = { title: { required: true } };

/** Two copies of one domain, without constraints in the beginning, that pull only when the scenario says so. */
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  [a, b] = (await topology(["a", "b"], { attributes: {} })) as [TestNode, TestNode];
});

afterEach(async () => {
  await heal([a, b]);
  await expectConverged([a, b]);
  await closeAll([a, b]);
});

const gone = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";

/** Everything that a schema could mind, on both nodes. */
const mixture = async (): Promise<readonly [Uuid, Uuid]> => {
  const [first, second] = await apart(
    [a, created({ email: "x", title: "first" })],
    [b, created({ email: "x", parent: gone })],
  );
  await heal([a, b]);
  return [first as Uuid, second as Uuid];
};

/** Ways to give a node another schema. */
const ways: readonly (readonly [name: string, change: (node: TestNode, schema: Schema) => Promise<void>])[] = [
  ["while it runs", ({ replica }, schema) => replica.setSchema(schema)],
  ["as it is opened again", (node, attributes) => restart(node, { attributes })],
];

describe.each(ways)("a schema that is changed %s", (_, change) => {
  test.each([
    ["unique", unique, ["email"], "unique"],
    ["reference", reference, ["parent"], "reference"],
    ["required", required, [], "invalid"],
  ] as const)(
    "to one with %s attributes: entries that are there are held to it, and no more once it is gone",
    async (...[, schema, masked, kind]) => {
      const [, second] = await mixture();
      expect(await conflictsOf(a)).toEqual([]);
      await change(a, schema);
      expect(only(await conflictsOf(a)).kind).toBe(kind);
      expect(await hidden(a, second)).toEqual(masked);
      expect((await a.replica.verify()).problems).toEqual([]);
      await change(a, {});
      expect(await conflictsOf(a)).toEqual([]);
      expect(await shown(a, second)).toEqual({ email: "x", parent: gone });
      expect((await a.replica.verify()).problems).toEqual([]);
    },
  );

  test("between two pulls: what comes before and after it is held to it alike, and both nodes show the same", async () => {
    const [first] = await apart([a, created({ email: "x" })], [b, created({ email: "y" })]);
    await change(a, unique);
    await pullOnce(a, b);
    const third = await b.replica.create({ email: "x" });
    await pullOnce(a, b);
    expect(await shown(a, third)).toEqual({});
    expect(await shown(b, third)).toEqual({ email: "x" });
    await expect(a.replica.create({ email: "y" })).rejects.toMatchObject({ code: "unique_violation" });
    await b.replica.create({ email: "y" });
    await pullOnce(b, a);
    await pullOnce(a, b);
    await change(b, unique);
    await expectConverged([a, b]);
    await expectSameViews([a, b]);
    expect(await shown(b, first as Uuid)).toEqual({ email: "x" });
    expect(await conflictsOf(b)).toHaveLength(2);
  });

  test("what was written while there was none is in the index of the next", async () => {
    await change(a, unique);
    await a.replica.create({ email: "x" });
    await change(a, {});
    const [again, other] = [await a.replica.create({ email: "x" }), await a.replica.create({ email: "y" })];
    await a.replica.delete(other);
    await change(a, unique);
    expect(await shown(a, again)).toEqual({});
    await expect(a.replica.create({ email: "x" })).rejects.toMatchObject({ code: "unique_violation" });
    await a.replica.create({ email: "y" });
  });

  test("from one unique attribute to another: the claims of the first are gone", async () => {
    await mixture();
    await change(a, unique);
    await change(a, { title: { unique: true } });
    expect(await conflictsOf(a)).toEqual([]);
    await a.replica.create({ email: "x" });
    await expect(a.replica.create({ title: "first" })).rejects.toMatchObject({ code: "unique_violation" });
  });

  test.each([
    ["unique", reference, unique],
    ["reference", unique, reference],
    ["invalid", unique, required],
  ] as const)(
    "to one that has %s attributes besides: they are found among what is there",
    async (kind, before, more) => {
      await mixture();
      await change(a, before);
      await change(a, { ...before, ...more });
      expect((await conflictsOf(a)).map((conflict) => conflict.kind)).toContain(kind);
      expect(await conflictsOf(a)).toHaveLength(2);
      expect((await a.replica.verify()).problems).toEqual([]);
    },
  );

  test("in its validator only: entries are asked again", async () => {
    const holds = (accepts: boolean): Schema => ({
      title: {
        validate: {
          "~standard": {
            version: 1,
            vendor: "by-hand",
            validate: () => (accepts ? {} : { issues: [{ message: "is refused" }] }),
          },
        },
      },
    });
    const [first] = await mixture();
    await change(a, holds(true));
    expect(await conflictsOf(a)).toEqual([]);
    await change(a, holds(false));
    expect(only(await conflictsOf(a)).id).toBe(`invalid.${first}`);
    await change(a, holds(true));
    expect(await conflictsOf(a)).toEqual([]);
  });
});

test("another policy needs no other index: the same claims are settled anew", async () => {
  const [first] = await mixture();
  await restart(a, { attributes: unique });
  expect(await shown(a, first)).toEqual({ email: "x", title: "first" });
  await restart(a, { attributes: unique, uniqueConflict: "all" });
  expect(await shown(a, first)).toEqual({ title: "first" });
  expect(only(await conflictsOf(a)).losers).toHaveLength(2);
});

test("writes that wait while the schema changes are held to the new one", async () => {
  const [changing, writing] = await Promise.allSettled([a.replica.setSchema(required), a.replica.create({})]);
  expect(changing.status).toBe("fulfilled");
  expect(writing).toMatchObject({ status: "rejected", reason: { code: "entry_invalid" } });
});
