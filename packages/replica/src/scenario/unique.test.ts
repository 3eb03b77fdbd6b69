import { conflictUuid, type Uuid } from "@concordat/crdt";
import { DEFAULT_LIMITS } from "@concordat/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../index.js";
import {
  closeAll,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
  topology,
} from "../testing/test-topology.js";
import { apart, conflictsOf, created, expectSameViews, hidden, only, shown } from "../testing/views.js";

const attributes: Schema = { email: { unique: true }, aliases: { merge: "set", unique: true } };

/** Three copies of one domain that pull only when the scenario says so. In the end all show the same. */
let a: TestNode;
let b: TestNode;
let c: TestNode;
let nodes: readonly TestNode[] = [];

const begin = async (options: Parameters<typeof topology>[1] = {}): Promise<void> => {
  await closeAll(nodes);
  nodes = await topology(["a", "b", "c"], { attributes, ...options });
  [a, b, c] = nodes as [TestNode, TestNode, TestNode];
};

beforeEach(() => begin());

afterEach(async () => {
  await heal(nodes);
  await expectConverged(nodes);
  await expectSameViews(nodes);
  await closeAll(nodes);
  nodes = [];
});

/** Two entries that claim one address: the first made on a, the second a little later on b. Nobody has pulled yet. */
const collide = async (email = "x@y.z"): Promise<readonly [Uuid, Uuid]> => {
  const [first, second] = await apart(
    [a, created({ title: "first", email })],
    [b, created({ title: "second", email })],
  );
  return [first as Uuid, second as Uuid];
};

const conflictId = async (node: TestNode): Promise<string> => only(await conflictsOf(node)).id;

const expectSettled = async (views: readonly (readonly [Uuid, unknown])[]): Promise<void> => {
  await heal(nodes);
  for (const node of nodes) {
    for (const [uuid, view] of views) {
      expect(await shown(node, uuid), node.name).toEqual(view);
      expect((await hidden(node, uuid)) ?? [], node.name).toEqual([]);
    }
    expect(await conflictsOf(node), node.name).toEqual([]);
  }
};

describe("one address that two entries claim", () => {
  test.each([
    ["the earlier arrives first", true],
    ["the later arrives first", false],
  ])("is shown by the entry that had it first, and listed: %s", async (_, earlierFirst) => {
    const [first, second] = await collide();
    for (const supplier of earlierFirst ? [a, b] : [b, a]) await pullOnce(c, supplier);
    expect(await shown(c, first)).toEqual({ title: "first", email: "x@y.z" });
    expect(await shown(c, second)).toEqual({ title: "second" });
    expect([await hidden(c, first), await hidden(c, second)]).toEqual([[], ["email"]]);
    const conflict = only(await conflictsOf(c));
    expect(conflict).toMatchObject({
      id: expect.stringMatching(/^unique\.[0-9a-f]{40}$/),
      kind: "unique",
      uuid: second,
      attribute: "email",
      message: expect.stringContaining(first),
      winner: { uuid: first, value: "x@y.z", changeId: { server: a.replica.serverUuid } },
      losers: [{ uuid: second, value: "x@y.z", changeId: { server: b.replica.serverUuid } }],
      resolutions: ["keep-winner", "keep-loser"],
    });
    expect(await c.replica.conflict(conflict.id)).toEqual(conflict);
  });

  test("is the same in every way of reading", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    const { replica } = c;
    const lookup = await replica.lookup(second);
    const views = [
      await replica.getMany([first, second]),
      [await replica.get(first), lookup.kind === "live" ? lookup.entry : undefined],
    ];
    const { entries } = await replica.list();
    const listed = [first, second].map((uuid) => entries.find((entry) => entry.uuid === uuid));
    for (const view of [...views, listed])
      expect(view.map((entry) => entry?.attributes)).toEqual([{ title: "first", email: "x@y.z" }, { title: "second" }]);
  });

  test("costs no change: a view takes nothing from the merged state, and no node answers another", async () => {
    await collide();
    await heal(nodes);
    const before = nodes.map(({ replica }) => replica.ruv());
    await heal(nodes);
    expect(nodes.map(({ replica }) => replica.ruv())).toEqual(before);
  });

  test("is settled when the one that lost it takes another", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    await c.replica.modify(second, { email: "other" });
    await expectSettled([
      [first, { title: "first", email: "x@y.z" }],
      [second, { title: "second", email: "other" }],
    ]);
  });

  test("is settled when the one that has it takes another: the value shows at the next in turn", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    await c.replica.modify(first, { email: "other" });
    await expectSettled([
      [first, { title: "first", email: "other" }],
      [second, { title: "second", email: "x@y.z" }],
    ]);
  });

  test.each([
    ["has it", 0],
    ["lost it", 1],
  ])("is settled when the entry that %s is deleted", async (_, index) => {
    const both = await collide();
    await heal(nodes);
    const other = both[1 - index] as Uuid;
    await c.replica.delete(both[index] as Uuid);
    await expectSettled([[other, { title: index === 0 ? "second" : "first", email: "x@y.z" }]]);
  });

  test.each([
    ["keep-winner", 0],
    ["keep-loser", 1],
  ] as const)("resolved with %s, it is gone from the others", async (action, index) => {
    const [first, second] = await collide();
    await heal(nodes);
    const { result } = await b.replica.resolveConflict(await conflictId(b), { action });
    expect(result).toBe([first, second][index]);
    await expectSettled([
      [first, { title: "first", ...(index === 0 && { email: "x@y.z" }) }],
      [second, { title: "second", ...(index === 1 && { email: "x@y.z" }) }],
    ]);
  });

  test("cannot be restored as a new entry: that would be a third claim", async () => {
    await collide();
    await heal(nodes);
    const id = await conflictId(a);
    const before = a.replica.ruv();
    for (const wrong of [{ action: "restore" }, { action: "keep-loser", loser: 1 }] as const)
      await expect(a.replica.resolveConflict(id, wrong)).rejects.toMatchObject({ code: "invalid_change" });
    expect(a.replica.ruv()).toBe(before);
  });

  test("of three, two lost it, and either can be kept", async () => {
    const [first, second, third] = await apart(
      [a, created({ email: "x" })],
      [b, created({ email: "x" })],
      [c, created({ email: "x" })],
    );
    await heal(nodes);
    const { id, losers } = only(await conflictsOf(a));
    expect(losers.map(({ uuid }) => uuid)).toEqual([third, second]);
    await a.replica.resolveConflict(id, { action: "keep-loser", loser: 1 });
    await expectSettled([
      [first as Uuid, {}],
      [second as Uuid, { email: "x" }],
      [third as Uuid, {}],
    ]);
  });

  test("claimed by a later write to an older entry: the time of the claim decides, not that of the entry", async () => {
    const old = await b.replica.create({ title: "old" });
    await heal(nodes);
    const [first] = await apart<unknown>(
      [a, created({ title: "new", email: "x" })],
      [b, ({ replica }) => replica.modify(old, { email: "x" })],
    );
    await heal(nodes);
    expect(await shown(c, old)).toEqual({ title: "old" });
    expect(await shown(c, first as Uuid)).toEqual({ title: "new", email: "x" });
  });

  test("settled in two ways at once by two who did not know of each other: it is free, and can be claimed anew", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    const id = await conflictId(a);
    await apart(
      [a, ({ replica }) => replica.resolveConflict(id, { action: "keep-winner" })],
      [b, ({ replica }) => replica.resolveConflict(id, { action: "keep-loser" })],
    );
    await expectSettled([
      [first, { title: "first" }],
      [second, { title: "second" }],
    ]);
    await c.replica.modify(second, { email: "x@y.z" });
  });

  test("is taken along by a refresh, with its index", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    const d = await testNode("d", { attributes });
    await refreshFrom(d, a);
    await expectSameViews([a, d]);
    expect(await shown(d, second)).toEqual({ title: "second" });
    await expect(d.replica.create({ email: "x@y.z" })).rejects.toMatchObject({ code: "unique_violation" });
    await d.replica.delete(first);
    expect(await shown(d, second)).toEqual({ title: "second", email: "x@y.z" });
    await expectConverged([d]);
    await closeAll([d]);
  });

  test("settled meanwhile by an ordinary write, the conflict is not settled a second time over it", async () => {
    const [, second] = await collide();
    await heal(nodes);
    const id = await conflictId(a);
    const [, resolving] = await Promise.allSettled([
      a.replica.modify(second, { email: "other" }),
      a.replica.resolveConflict(id, { action: "keep-winner" }),
    ]);
    expect(resolving).toMatchObject({ status: "rejected", reason: { code: "conflict_not_found" } });
    expect(await shown(a, second)).toEqual({ title: "second", email: "other" });
  });
});

describe("values of a set, each of which is to be unique", () => {
  test("the one that others have is hidden, and the rest is shown", async () => {
    const [first, second] = (await apart(
      [a, created({ aliases: ["x", "y"] })],
      [b, created({ aliases: ["y", "z"] })],
    )) as [Uuid, Uuid];
    await heal(nodes);
    expect([await shown(c, first), await shown(c, second)]).toEqual([{ aliases: ["x", "y"] }, { aliases: ["z"] }]);
    expect(await hidden(c, second)).toEqual(["aliases"]);
    await c.replica.resolveConflict(await conflictId(c), { action: "keep-loser" });
    await expectSettled([
      [first, { aliases: ["x"] }],
      [second, { aliases: ["y", "z"] }],
    ]);
  });

  test("the same value of another attribute is no claim", async () => {
    await apart([a, created({ aliases: ["x"] })], [b, created({ email: "x" })]);
    await heal(nodes);
    expect(await conflictsOf(c)).toEqual([]);
  });

  test("an attribute that hides an older set shows nothing while it is hidden itself, not the old set", async () => {
    const [first, second] = await apart([a, created({ aliases: ["x"] })], [b, created({ aliases: ["p"] })]);
    await b.replica.setSchema({ ...attributes, aliases: { unique: true } });
    await b.replica.modify(second as Uuid, { aliases: "x" });
    await b.replica.setSchema(attributes);
    await heal(nodes);
    expect(await shown(c, second as Uuid)).toEqual({});
    expect(await hidden(c, second as Uuid)).toEqual(["aliases"]);
    await c.replica.resolveConflict(await conflictId(c), { action: "keep-winner" });
    await expectSettled([
      [first as Uuid, { aliases: ["x"] }],
      [second as Uuid, {}],
    ]);
  });
});

describe("unique, where the other claimant is itself a conflict about its uuid", () => {
  const uuid = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b" as Uuid;

  /** b's creation of the uuid claims the address first, c's entry second; a made the uuid before either. */
  const prepare = async (): Promise<{ derived: Uuid; other: Uuid }> => {
    const [, , other] = await apart(
      [a, created({ title: "holder" }, uuid)],
      [b, created({ title: "loser", email: "x" }, uuid)],
      [c, created({ title: "other", email: "x" })],
    );
    const loser = await b.replica.get(uuid);
    if (loser === undefined) throw new Error("not created");
    return { derived: conflictUuid(uuid, loser.createdAt), other: other as Uuid };
  };

  test("it claims the address until it turns out to be one, and then no more", async () => {
    const { derived, other } = await prepare();
    await pullOnce(c, b);
    expect(await shown(c, other)).toEqual({ title: "other" });
    expect(only(await conflictsOf(c)).kind).toBe("unique");
    await pullOnce(c, a);
    expect(await shown(c, other)).toEqual({ title: "other", email: "x" });
    expect(only(await conflictsOf(c))).toMatchObject({ kind: "creation", uuid: derived });
  });

  test("known as one from the start, it never claims the address", async () => {
    const { derived, other } = await prepare();
    await pullOnce(c, a);
    await pullOnce(c, b);
    expect(await shown(c, other)).toEqual({ title: "other", email: "x" });
    expect(await shown(c, derived)).toEqual({ title: "loser", email: "x" });
    expect(only(await conflictsOf(c)).kind).toBe("creation");
  });

  test("it comes back as an entry of its own once the address is free", async () => {
    const { derived, other } = await prepare();
    await heal(nodes);
    const id = `creation.${derived}`;
    for (const action of ["restore", "keep-loser"] as const)
      await expect(a.replica.resolveConflict(id, { action })).rejects.toMatchObject({ code: "unique_violation" });
    await a.replica.modify(other, { email: "other" });
    const { result } = await a.replica.resolveConflict(id, { action: "restore" });
    await expectSettled([
      [uuid, { title: "holder" }],
      [result as Uuid, { title: "loser", email: "x" }],
      [other, { title: "other", email: "other" }],
    ]);
  });

  test("both creations claim what a third entry claims: the earliest has it, the conflict none", async () => {
    const [, , third] = await apart(
      [a, created({ email: "x" }, uuid)],
      [b, created({ email: "x" }, uuid)],
      [c, created({ email: "x" })],
    );
    await heal(nodes);
    expect(await shown(b, uuid)).toEqual({ email: "x" });
    expect(await shown(b, third as Uuid)).toEqual({});
    expect((await conflictsOf(b)).map(({ kind }) => kind)).toEqual(["creation", "unique"]);
  });
});

describe("by the policy that of several nobody keeps the value", () => {
  beforeEach(() => begin({ uniqueConflict: "all" }));

  test("neither shows it, and both are listed", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    expect([await shown(c, first), await shown(c, second)]).toEqual([{ title: "first" }, { title: "second" }]);
    const { winner, losers, resolutions, message } = only(await conflictsOf(c));
    expect({ winner, resolutions, losers: losers.map(({ uuid }) => uuid) }).toEqual({
      winner: undefined,
      resolutions: ["keep-loser"],
      losers: [second, first],
    });
    expect(message).toContain("none of them shows it");
  });

  test.each([0, 1])("keeping number %i gives it the value", async (loser) => {
    const [first, second] = await collide();
    await heal(nodes);
    const id = await conflictId(c);
    const resolving = c.replica.resolveConflict(id, { action: "keep-winner" });
    await expect(resolving).rejects.toMatchObject({ code: "invalid_change" });
    await c.replica.resolveConflict(id, { action: "keep-loser", loser });
    await expectSettled([
      [first, { title: "first", ...(loser === 1 && { email: "x@y.z" }) }],
      [second, { title: "second", ...(loser === 0 && { email: "x@y.z" }) }],
    ]);
  });

  test("a value that one alone claims is shown", async () => {
    const uuid = await a.replica.create({ email: "x" });
    await expectSettled([[uuid, { email: "x" }]]);
  });
});

describe("writing a value that another entry has", () => {
  const violation = { code: "unique_violation" };

  test("is refused, and names both", async () => {
    const first = await a.replica.create({ email: "x" });
    const creating = a.replica.create({ email: "x" });
    await expect(creating).rejects.toMatchObject({ ...violation, message: expect.stringContaining(first) });
    const second = await a.replica.create({ email: "y" });
    await expect(a.replica.modify(second, { email: "x" })).rejects.toMatchObject(violation);
    await expect(a.replica.modify(second, { aliases: ["q"], email: "x" })).rejects.toMatchObject(violation);
    expect(await shown(a, second)).toEqual({ email: "y" });
  });

  test("undoes the whole transaction, and leaves no claim behind", async () => {
    await a.replica.create({ email: "x" });
    const before = a.replica.ruv();
    const writing = a.replica.transact(async (transaction) => {
      await transaction.create({ email: "free" });
      await transaction.create({ email: "x" });
    });
    await expect(writing).rejects.toMatchObject(violation);
    expect(a.replica.ruv()).toBe(before);
    expect(a.replica.status().totals.liveEntries).toBe(1);
    await a.replica.create({ email: "free" });
  });

  test("within one transaction is refused as well", async () => {
    const writing = a.replica.transact(async (transaction) => {
      await transaction.create({ email: "x" });
      await transaction.create({ email: "x" });
    });
    await expect(writing).rejects.toMatchObject(violation);
  });

  test("is refused to the second of two that share a commit, and to nobody for the sake of one that failed", async () => {
    await begin({ limits: { ...DEFAULT_LIMITS, entryBytesMax: 1_000 } });
    const huge = "x".repeat(1_000);
    const [refused, first, second, third] = await Promise.allSettled([
      a.replica.create({ email: "y", huge }),
      a.replica.create({ email: "x" }),
      a.replica.create({ email: "x", aliases: ["z"] }),
      a.replica.create({ email: "y", aliases: ["z"] }),
    ]);
    expect(refused).toMatchObject({ status: "rejected", reason: { code: "entry_too_large" } });
    expect([first.status, third.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(second).toMatchObject({ status: "rejected", reason: violation });
  });

  test("a transaction may swap two values", async () => {
    const [first, second] = [await a.replica.create({ email: "x" }), await a.replica.create({ email: "y" })];
    await a.replica.transact(async (transaction) => {
      await transaction.modify(first, { email: "y" });
      await transaction.modify(second, { email: "x" });
    });
    await expectSettled([
      [first, { email: "y" }],
      [second, { email: "x" }],
    ]);
  });

  test("a value that was given up, or whose entry was deleted, is free", async () => {
    const [first, second] = [await a.replica.create({ email: "x" }), await a.replica.create({ email: "y" })];
    await a.replica.modify(first, { email: undefined });
    await a.replica.delete(second);
    await a.replica.create({ email: "x" });
    await a.replica.create({ email: "y" });
  });

  test("what is hidden of an entry does not stand in the way of its other attributes, and holds its claim", async () => {
    const [first, second] = await collide();
    await heal(nodes);
    await c.replica.modify(second, { title: "still second" });
    await c.replica.modify(first, { title: "still first" });
    await expect(c.replica.create({ email: "x@y.z" })).rejects.toMatchObject(violation);
    expect(await shown(c, second)).toEqual({ title: "still second" });
  });

  test("restoring a title that lost gives an entry of its own, without the address that the first one keeps", async () => {
    const uuid = await a.replica.create({ email: "x", title: "first" });
    await heal(nodes);
    await apart(
      [a, ({ replica }) => replica.modify(uuid, { title: "by a" })],
      [b, ({ replica }) => replica.modify(uuid, { title: "by b" })],
    );
    await heal(nodes);
    const { result } = await a.replica.resolveConflict(await conflictId(a), { action: "restore" });
    await expectSettled([
      [uuid, { email: "x", title: "by b" }],
      [result as Uuid, { title: "by a" }],
    ]);
  });
});
