import type { Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Change, ChangesOptions } from "./index.js";
import {
  closeAll,
  createEntries,
  expectSound,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let node: TestNode;
let stop: AbortController;

beforeEach(async () => {
  node = await testNode("a");
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await expectSound([node]);
  await closeAll([node]);
});

const follow = (options: ChangesOptions = {}): AsyncIterator<Change> =>
  node.replica.changes({ signal: stop.signal, ...options })[Symbol.asyncIterator]();

const take = async (feed: AsyncIterator<Change>, count: number): Promise<Change[]> => {
  const changes: Change[] = [];
  while (changes.length < count) {
    const { value, done } = await feed.next();
    if (done) throw new Error(`the feed ended after ${changes.length} changes`);
    changes.push(value);
  }
  return changes;
};

const told = (changes: readonly Change[]): unknown[] =>
  changes.map(({ kind, attributes }) => (kind === "put" ? attributes.title : kind));

test("changes come in the order in which they were committed, from the moment of the call", async () => {
  await createEntries(node, 1, "before");
  const feed = follow();
  const [first] = await createEntries(node, 2, "new");
  await node.replica.modify(first as Uuid, { title: "changed" });
  await node.replica.delete(first as Uuid);
  await createEntries(node, 1, "last");
  expect(told(await take(feed, 3))).toEqual(["new 1", "delete", "last 0"]);
});

test("a reader that waits is woken by each commit", async () => {
  const feed = follow();
  for (const text of ["one", "two", "three"]) {
    const next = take(feed, 1);
    await createEntries(node, 1, text);
    expect(told(await next)).toEqual([`${text} 0`]);
  }
});

test("an entry that changes again before it is read shows once, as it is then", async () => {
  const feed = follow();
  const [first, second] = await createEntries(node, 3);
  await node.replica.modify(first as Uuid, { title: "twice" });
  await node.replica.modify(second as Uuid, { title: "once" });
  await node.replica.modify(first as Uuid, { title: "thrice" });
  expect(told(await take(feed, 3))).toEqual(["entry 2", "once", "thrice"]);
  const next = take(feed, 1);
  await createEntries(node, 1, "nothing in between");
  expect(told(await next)).toEqual(["nothing in between 0"]);
});

test("a change shows the whole entry", async () => {
  const feed = follow();
  const uuid = await node.replica.create({ title: "text", tags: ["a"] });
  const [change] = await take(feed, 1);
  const entry = await node.replica.get(uuid);
  expect(change).toEqual({ kind: "put", position: expect.any(String), uuid, attributes: entry?.attributes, entry });
});

test("replicated changes show as local ones do", async () => {
  const other = await testNode("b");
  await createEntries(other, 5);
  await refreshFrom(node, other);
  const feed = follow();
  const [first] = await createEntries(other, 3, "pulled");
  await other.replica.delete(first as Uuid);
  await pullOnce(node, other);
  expect(told(await take(feed, 3))).toEqual(["pulled 1", "pulled 2", "delete"]);
  await other.replica.close();
});

test("a slow reader gets everything, page after page", async () => {
  const feed = follow();
  const uuids = await createEntries(node, 2_500);
  await take(feed, 10);
  const late = await createEntries(node, 1, "late");
  const changes = await take(feed, 2_491);
  expect(changes.map(({ uuid }) => uuid)).toEqual([...uuids.slice(10), ...late]);
});

describe("a reader that comes back", () => {
  test("goes on after the position that it has handled", async () => {
    await createEntries(node, 5);
    const [start] = await createEntries(node, 1, "start");
    const feed = follow();
    await node.replica.modify(start as Uuid, { title: "seen" });
    const [{ position = "" } = {}] = await take(feed, 1);
    await createEntries(node, 3, "missed");
    expect(told(await take(follow({ after: position }), 3))).toEqual(["missed 0", "missed 1", "missed 2"]);
    await restart(node);
    expect(told(await take(follow({ after: position }), 3))).toEqual(["missed 0", "missed 1", "missed 2"]);
  });

  test("from the middle of a transaction gets the rest of it", async () => {
    const feed = follow();
    await createEntries(node, 4);
    const [, { position = "" } = {}] = await take(feed, 2);
    expect(told(await take(follow({ after: position }), 2))).toEqual(["entry 2", "entry 3"]);
  });

  test("is told to read anew when its position is none of this database's", async () => {
    await createEntries(node, 2);
    const feed = follow();
    await createEntries(node, 1);
    const [{ position = "" } = {}] = await take(feed, 1);
    const [server] = position.split(".");
    const strangers = [
      `${server}.1000`,
      `${server}.-1`,
      `${server}.1.5`,
      `${server}.`,
      `${server}`,
      "77777777-7777-4777-8777-777777777777.1",
      "",
      "nonsense",
    ];
    for (const after of strangers) {
      const [reset] = await take(follow({ after }), 1);
      expect(reset, after).toEqual({ kind: "reset", position });
    }
    const anew = follow({ after: "nonsense" });
    await take(anew, 1);
    await node.replica.create({ title: "after the reset" });
    expect(told(await take(anew, 1))).toEqual(["after the reset"]);
    // The position of a reset is one to come back to.
    expect(told(await take(follow({ after: position }), 1))).toEqual(["after the reset"]);
  });
});

describe("a refresh", () => {
  test("resets every reader, one that waits and one that comes back", async () => {
    const other = await testNode("b");
    await createEntries(other, 3);
    const [own] = await createEntries(node, 1);
    const feed = follow();
    await node.replica.modify(own as Uuid, { title: "before the refresh" });
    const [{ position = "" } = {}] = await take(feed, 1);
    const waiting = take(feed, 1);
    await refreshFrom(node, other, { discardLocalChanges: true });
    expect(told(await waiting)).toEqual(["reset"]);
    expect(told(await take(follow({ after: position }), 1))).toEqual(["reset"]);
    const next = take(feed, 1);
    await node.replica.create({ title: "after the refresh" });
    expect(told(await next)).toEqual(["after the refresh"]);
    await other.replica.close();
  });
});

describe("a feed ends", () => {
  test("when its signal aborts, while it waits and before it began", async () => {
    const waiting = follow().next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await follow().next()).toEqual({ done: true, value: undefined });
  });

  test("in the middle of a page", async () => {
    const feed = follow();
    await createEntries(node, 5);
    await take(feed, 2);
    stop.abort();
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });

  test("when the replica closes", async () => {
    const feed = node.replica.changes()[Symbol.asyncIterator]();
    const waiting = feed.next();
    await node.replica.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await restart(node);
  });

  test("when its reader leaves, and leaves no listener behind", async () => {
    const { signal } = stop;
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    for (let reader = 0; reader < 5; reader += 1) {
      const changes = node.replica.changes({ signal });
      await createEntries(node, 1);
      for await (const { kind } of changes) {
        expect(kind).toBe("put");
        break;
      }
    }
    expect(added).toHaveBeenCalled();
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});
