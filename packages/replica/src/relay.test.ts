import { conflictUuid, type Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeAll, expectConverged, expectSound, pullOnce, type TestNode, topology } from "./testing/test-topology.js";

/** Three nodes in a line. A and C never meet: whatever passes between them is relayed by B. */
let a: TestNode;
let b: TestNode;
let c: TestNode;
let nodes: readonly TestNode[];

beforeEach(async () => {
  nodes = await topology(["a", "b", "c"]);
  [a, b, c] = nodes as [TestNode, TestNode, TestNode];
});

afterEach(async () => {
  await expectSound(nodes);
  await closeAll(nodes);
});

const eastward = async (): Promise<void> => {
  await pullOnce(b, a);
  await pullOnce(c, b);
};

const westward = async (): Promise<void> => {
  await pullOnce(b, c);
  await pullOnce(a, b);
};

const settle = async (): Promise<void> => {
  await eastward();
  await westward();
  await eastward();
};

const shown = async ({ replica }: TestNode, uuid: Uuid): Promise<unknown> => (await replica.get(uuid))?.attributes;

test("what A creates reaches C, and what C makes of it comes back", async () => {
  const uuid = await a.replica.create({ title: "from a" });
  await eastward();
  expect(await shown(c, uuid)).toEqual({ title: "from a" });
  await c.replica.modify(uuid, { title: "from c" });
  await westward();
  expect(await shown(a, uuid)).toEqual({ title: "from c" });
  await expectConverged(nodes);
});

test("a merged set is relayed whole: each of its changes counts, not the newest alone", async () => {
  const uuid = await a.replica.create({ tags: ["start"] });
  await settle();
  a.clock.micros += 10;
  await a.replica.modify(uuid, { tags: { add: ["x"] } });
  b.clock.micros += 20;
  await b.replica.modify(uuid, { tags: { add: ["y"] } });
  // C has seen all of B, and only then does B merge what A added before that.
  await pullOnce(c, b);
  await pullOnce(b, a);
  expect(await pullOnce(c, b)).toEqual({ kind: "applied", entries: 1 });
  expect(await shown(c, uuid)).toEqual({ tags: ["x", "y", "start"] });
  await settle();
  await expectConverged(nodes);
});

test("an element that A removes and C adds again is there on all", async () => {
  const uuid = await a.replica.create({ tags: ["x"] });
  await settle();
  await a.replica.modify(uuid, { tags: { remove: ["x"] } });
  await eastward();
  expect(await shown(c, uuid)).toEqual({});
  await c.replica.modify(uuid, { tags: { add: ["x"] } });
  await westward();
  expect(await shown(a, uuid)).toEqual({ tags: ["x"] });
  await expectConverged(nodes);
});

test("concurrent increments at both ends add up", async () => {
  const uuid = await a.replica.create({ hits: 0 });
  await settle();
  await a.replica.modify(uuid, { hits: { increment: 3 } });
  await c.replica.modify(uuid, { hits: { increment: -1 } });
  await b.replica.modify(uuid, { hits: { increment: 10 } });
  await settle();
  for (const node of nodes) expect(await shown(node, uuid)).toEqual({ hits: 12 });
  await expectConverged(nodes);
});

test("a map takes each end's keys", async () => {
  const uuid = await a.replica.create({ settings: { color: "red" } });
  await settle();
  await a.replica.modify(uuid, { settings: { set: { size: 1 } } });
  c.clock.micros += 5;
  await c.replica.modify(uuid, { settings: { set: { color: "blue" }, remove: ["size"] } });
  await settle();
  for (const node of nodes) expect(await shown(node, uuid)).toEqual({ settings: { color: "blue", size: 1 } });
  await expectConverged(nodes);
});

describe("deletes", () => {
  test("a deletion passes through B, and nobody revives the entry", async () => {
    const uuid = await a.replica.create({ title: "short-lived" });
    await settle();
    await a.replica.delete(uuid);
    await c.replica.modify(uuid, { title: "written meanwhile" });
    await settle();
    for (const { replica } of nodes) expect((await replica.lookup(uuid)).kind).toBe("tombstone");
    await expectConverged(nodes);
  });

  test("of two deletions the earlier stays, whichever way they travel", async () => {
    const uuid = await a.replica.create({ title: "short-lived" });
    await settle();
    c.clock.micros += 100;
    await c.replica.delete(uuid);
    a.clock.micros += 50;
    const { changeId } = await a.replica.transact((transaction) => transaction.delete(uuid));
    await settle();
    for (const { replica } of nodes) {
      expect(await replica.lookup(uuid)).toEqual({ kind: "tombstone", deletedAt: changeId });
    }
    await expectConverged(nodes);
  });

  test("an entry that is created and deleted before anybody pulls arrives as a tombstone", async () => {
    const uuid = await a.replica.create({ title: "never seen" });
    await a.replica.delete(uuid);
    await eastward();
    expect((await c.replica.lookup(uuid)).kind).toBe("tombstone");
    await expectConverged(nodes);
  });
});

describe("one uuid, created at both ends", () => {
  const uuid = "11111111-1111-4111-8111-111111111111" as Uuid;

  /** C's creation is the later one. @returns the uuid under which it lives on. */
  const createTwice = async (): Promise<Uuid> => {
    await a.replica.create({ title: "a's" }, { uuid });
    c.clock.micros += 1_000;
    const { changeId } = await c.replica.transact((transaction) => transaction.create({ title: "c's" }, { uuid }));
    if (changeId === undefined) throw new Error("a creation takes a change id");
    return conflictUuid(uuid, changeId);
  };

  test("the earlier creation holds it; the later one lives on under a uuid that all derive alike", async () => {
    const derived = await createTwice();
    await settle();
    for (const { replica } of nodes) {
      expect((await replica.get(uuid))?.attributes).toEqual({ title: "a's" });
      expect(await replica.get(derived)).toMatchObject({ attributes: { title: "c's" }, conflictOf: uuid });
    }
    await expectConverged(nodes);
  });

  test("whichever of the two B meets first", async () => {
    const derived = await createTwice();
    await pullOnce(b, c);
    expect(await shown(b, uuid)).toEqual({ title: "c's" });
    await pullOnce(b, a);
    expect(await shown(b, uuid)).toEqual({ title: "a's" });
    expect(await shown(b, derived)).toEqual({ title: "c's" });
    await settle();
    await expectConverged(nodes);
  });

  test("what C still writes to its own creation follows it", async () => {
    const derived = await createTwice();
    await pullOnce(b, c);
    await pullOnce(b, a);
    await c.replica.modify(uuid, { title: "c's second", tags: ["late"] });
    await pullOnce(b, c);
    expect(await shown(b, derived)).toEqual({ title: "c's second", tags: ["late"] });
    expect(await shown(b, uuid)).toEqual({ title: "a's" });
    await settle();
    await expectConverged(nodes);
  });

  test("the later creation is deleted before it meets the earlier one, which lives", async () => {
    const derived = await createTwice();
    await c.replica.delete(uuid);
    await settle();
    for (const { replica } of nodes) {
      expect((await replica.get(uuid))?.attributes).toEqual({ title: "a's" });
      expect((await replica.lookup(derived)).kind).toBe("tombstone");
    }
    await expectConverged(nodes);
  });

  test("the earlier creation is deleted, and its tombstone holds the uuid", async () => {
    const derived = await createTwice();
    await a.replica.delete(uuid);
    await settle();
    for (const { replica } of nodes) {
      expect((await replica.lookup(uuid)).kind).toBe("tombstone");
      expect((await replica.get(derived))?.attributes).toEqual({ title: "c's" });
    }
    await expectConverged(nodes);
  });
});

test("writes at both ends before the first pull: one domain, nothing in common but its founding", async () => {
  const ours = await a.replica.create({ title: "a's" });
  const theirs = await c.replica.create({ title: "c's" });
  await settle();
  for (const node of nodes) {
    expect(await shown(node, ours)).toEqual({ title: "a's" });
    expect(await shown(node, theirs)).toEqual({ title: "c's" });
  }
  await expectConverged(nodes);
});

test("a stream that is cut anywhere on its way through B loses nothing", async () => {
  const uuids = await a.replica.transact(async (transaction) => {
    const made: Uuid[] = [];
    for (let index = 0; index < 9; index += 1) made.push(await transaction.create({ index }));
    return made;
  });
  for (let afterFrames = 1; afterFrames < 12; afterFrames += 1) {
    await pullOnce(b, a, { afterFrames });
    await pullOnce(c, b, { afterFrames });
    await expectSound(nodes);
  }
  await settle();
  expect(await c.replica.getMany(uuids.result)).not.toContain(undefined);
  await expectConverged(nodes);
});

test("an idle node answers without a stream", async () => {
  await settle();
  expect(await pullOnce(b, a)).toEqual({ kind: "up-to-date" });
  expect(await pullOnce(c, b)).toEqual({ kind: "up-to-date" });
});
