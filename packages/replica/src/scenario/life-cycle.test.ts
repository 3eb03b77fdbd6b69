import type { Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  closeAll,
  expectConverged,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
  topology,
} from "../testing/test-topology.js";

/** Two copies of one domain that pull only when the scenario says so. */
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  [a, b] = (await topology(["a", "b"])) as [TestNode, TestNode];
});

afterEach(async () => {
  await expectConverged([a, b]);
  await closeAll([a, b]);
});

const both = async (): Promise<void> => {
  await pullOnce(a, b);
  await pullOnce(b, a);
};

const shown = async ({ replica }: TestNode, uuid: Uuid): Promise<unknown> => (await replica.get(uuid))?.attributes;

const expectShown = async (uuid: Uuid, attributes: unknown): Promise<void> => {
  for (const node of [a, b]) expect(await shown(node, uuid), node.name).toEqual(attributes);
};

const expectDeleted = async (uuid: Uuid): Promise<void> => {
  for (const { name, replica } of [a, b]) expect((await replica.lookup(uuid)).kind, name).toBe("tombstone");
};

describe("changes one way", () => {
  test("what is created on A is there on B, to the byte", async () => {
    const uuid = await a.replica.create({ title: "one", tags: ["x", "y"], settings: { colour: "red" }, hits: 3 });
    await pullOnce(b, a);
    await expectShown(uuid, { title: "one", tags: ["x", "y"], settings: { colour: "red" }, hits: 3 });
  });

  test("an entry is created, changed, deleted: each step is pulled, and the last one holds", async () => {
    const uuid = await a.replica.create({ title: "one" });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { title: "two", note: "new" });
    await pullOnce(b, a);
    await expectShown(uuid, { title: "two", note: "new" });
    await a.replica.delete(uuid);
    await pullOnce(b, a);
    await expectDeleted(uuid);
  });

  test("an entry that was created and deleted between two pulls arrives as deleted", async () => {
    const uuid = await a.replica.create({ title: "short-lived" });
    await a.replica.delete(uuid);
    await pullOnce(b, a);
    await expectDeleted(uuid);
  });

  test("a pull without news changes nothing", async () => {
    await a.replica.create({ title: "one" });
    await pullOnce(b, a);
    const before = b.replica.ruv();
    expect(await pullOnce(b, a)).toEqual({ kind: "up-to-date" });
    expect(b.replica.ruv()).toBe(before);
  });
});

describe("changes both ways", () => {
  test("each creates entries of its own, and both have all of them", async () => {
    const [mine, theirs] = [await a.replica.create({ title: "a" }), await b.replica.create({ title: "b" })];
    await both();
    await expectShown(mine, { title: "a" });
    await expectShown(theirs, { title: "b" });
  });

  test("each changes another attribute of one entry, and both changes are kept", async () => {
    const uuid = await a.replica.create({ title: "shared" });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { left: 1 });
    await b.replica.modify(uuid, { right: 2 });
    await both();
    await expectShown(uuid, { title: "shared", left: 1, right: 2 });
  });

  test("of two writes to one attribute at the same time the later is shown on both", async () => {
    const uuid = await a.replica.create({ title: "shared" });
    await pullOnce(b, a);
    b.clock.micros += 1_000;
    await b.replica.modify(uuid, { title: "later" });
    await a.replica.modify(uuid, { title: "earlier" });
    await both();
    await expectShown(uuid, { title: "later" });
  });

  test("an entry goes back and forth through its whole life: made on A, changed on B, then A, deleted on B", async () => {
    const uuid = await a.replica.create({ title: "one" });
    await pullOnce(b, a);
    await b.replica.modify(uuid, { title: "two" });
    await pullOnce(a, b);
    await a.replica.modify(uuid, { title: "three" });
    await pullOnce(b, a);
    await expectShown(uuid, { title: "three" });
    await b.replica.delete(uuid);
    await pullOnce(a, b);
    await expectDeleted(uuid);
  });

  test("deleted on both at the same time: once", async () => {
    const uuid = await a.replica.create({ title: "one" });
    await pullOnce(b, a);
    await a.replica.delete(uuid);
    await b.replica.delete(uuid);
    await both();
    await expectDeleted(uuid);
    expect(await a.replica.lookup(uuid)).toEqual(await b.replica.lookup(uuid));
  });

  test("a slow clock can still overwrite what it has read", async () => {
    b.clock.micros -= 60_000_000;
    const uuid = await a.replica.create({ title: "fast" });
    await pullOnce(b, a);
    await b.replica.modify(uuid, { title: "slow" });
    await both();
    await expectShown(uuid, { title: "slow" });
  });
});

describe("a deleted attribute", () => {
  test("is gone on the other side too", async () => {
    const uuid = await a.replica.create({ title: "kept", note: "goes" });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { note: undefined });
    await pullOnce(b, a);
    await expectShown(uuid, { title: "kept" });
  });

  test("can be written again, by whoever knows that it was deleted", async () => {
    const uuid = await a.replica.create({ title: "kept", note: "goes" });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { note: undefined });
    await pullOnce(b, a);
    await b.replica.modify(uuid, { note: "back" });
    await both();
    await expectShown(uuid, { title: "kept", note: "back" });
  });

  test("deleted on A and written on B at the same time: the later of the two is shown", async () => {
    const uuid = await a.replica.create({ note: "first" });
    await pullOnce(b, a);
    await b.replica.modify(uuid, { note: "second" });
    a.clock.micros += 1_000;
    await a.replica.modify(uuid, { note: undefined });
    await both();
    await expectShown(uuid, {});
  });
});

describe("sets of sessions, value by value", () => {
  const session = (id: string, issuedBy: string) => ({ [id]: { issuedBy } });

  test("two nodes open sessions of one account at the same time: both are open", async () => {
    const uuid = await a.replica.create({ name: "ada" });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { settings: { set: session("s1", "a") } });
    await b.replica.modify(uuid, { settings: { set: session("s2", "b") } });
    await both();
    await expectShown(uuid, { name: "ada", settings: { ...session("s1", "a"), ...session("s2", "b") } });
  });

  test("one is revoked while another is opened elsewhere: the one is gone, the other open", async () => {
    const uuid = await a.replica.create({ name: "ada", settings: session("s1", "a") });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { settings: { remove: ["s1"] } });
    await b.replica.modify(uuid, { settings: { set: session("s2", "b") } });
    await both();
    await expectShown(uuid, { name: "ada", settings: session("s2", "b") });
  });

  test("the same element is removed on A and added anew on B, later: it is there", async () => {
    const uuid = await a.replica.create({ tags: ["s1"] });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { tags: { remove: ["s1"] } });
    b.clock.micros += 1_000;
    await b.replica.modify(uuid, { tags: { remove: ["s1"] } });
    await b.replica.modify(uuid, { tags: { add: ["s1"] } });
    await both();
    await expectShown(uuid, { tags: ["s1"] });
  });

  test("counters add up what each node has counted", async () => {
    const uuid = await a.replica.create({ hits: 10 });
    await pullOnce(b, a);
    await a.replica.modify(uuid, { hits: { increment: 5 } });
    await b.replica.modify(uuid, { hits: { increment: -2 } });
    await both();
    await expectShown(uuid, { hits: 13 });
  });
});

describe("a new node", () => {
  test("joins by a refresh, has all of it, and what it then writes goes back", async () => {
    const uuid = await a.replica.create({ title: "before" });
    const gone = await a.replica.create({ title: "gone before" });
    await a.replica.delete(gone);
    const c = await testNode("c");
    expect(await refreshFrom(c, a)).toMatchObject({ kind: "refreshed", discarded: 0 });
    expect(await shown(c, uuid)).toEqual({ title: "before" });
    expect((await c.replica.lookup(gone)).kind).toBe("tombstone");
    await c.replica.modify(uuid, { title: "by c" });
    await pullOnce(a, c);
    await both();
    await expectShown(uuid, { title: "by c" });
    await expectConverged([a, b, c]);
    await closeAll([c]);
  });

  test("that has data of its own is refused by name of its domain, until it is refreshed", async () => {
    await a.replica.create({ title: "one" });
    const c = await testNode("c");
    await c.replica.create({ title: "another database" });
    expect(await pullOnce(c, a)).toEqual({ kind: "domain-mismatch", domainUuid: a.replica.domainUuid });
    expect(await refreshFrom(c, a, { discardLocalChanges: true })).toMatchObject({ kind: "refreshed", discarded: 1 });
    expect(await pullOnce(c, a)).toEqual({ kind: "up-to-date" });
    await pullOnce(a, c);
    await both();
    await expectConverged([a, b, c]);
    await closeAll([c]);
  });

  test("that is refreshed again takes a new name, and keeps nothing of its own", async () => {
    await a.replica.create({ title: "one" });
    const own = await b.replica.create({ title: "only here" });
    const before = b.replica.serverUuid;
    expect(await refreshFrom(b, a)).toMatchObject({ kind: "would-discard", entries: 1, sample: [own] });
    expect(await refreshFrom(b, a, { discardLocalChanges: true })).toMatchObject({ kind: "refreshed", discarded: 1 });
    expect(b.replica.serverUuid).not.toBe(before);
    expect((await b.replica.lookup(own)).kind).toBe("absent");
    await both();
  });
});

test("the relay of three: what A added is sent on with what C merged, though C's own change is the newer one", async () => {
  const c = await testNode("c");
  await refreshFrom(c, a);
  const uuid = await a.replica.create({ tags: ["first"] });
  await both();
  await pullOnce(c, a);
  await a.replica.modify(uuid, { tags: { add: ["x"] } });
  b.clock.micros += 1_000;
  await b.replica.modify(uuid, { tags: { add: ["y"] } });
  // C has seen all of B; then B merges A's x, which is older than its own y; C must get x all the same.
  await pullOnce(c, b);
  await pullOnce(b, a);
  await pullOnce(c, b);
  // In the order of their encodings, the shorter text first.
  expect(await shown(c, uuid)).toEqual({ tags: ["x", "y", "first"] });
  await pullOnce(a, c);
  await both();
  await expectConverged([a, b, c]);
  await closeAll([c]);
});
