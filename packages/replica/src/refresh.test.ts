import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Gate } from "./testing/gate.js";
import { manualClock } from "./testing/manual-clock.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held, observed } from "./testing/wire.js";

/** A has content; B is a new node of a domain of its own. */
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  a = await testNode("a");
  b = await testNode("b");
  await createEntries(a, 7);
  const [gone] = await createEntries(a, 1, "deleted");
  if (gone) await a.replica.delete(gone);
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

/** A refresh of B that has everything but the end of the stream, until the gate opens. */
const refreshHeldAtEnd = (gate: Gate, options = {}) => {
  const over = held(dial(b, a), ({ type }) => (type === "end" ? gate.pass() : undefined));
  return refreshFrom(b, a, { over, ...options });
};

test("a fresh node just refreshes: it holds what the partner holds, under a server uuid of its own", async () => {
  const before = b.replica.serverUuid;
  const outcome = await refreshFrom(b, a);
  expect(outcome).toEqual({
    kind: "refreshed",
    origin: "repl://a",
    entries: 8,
    bytes: expect.any(Number),
    discarded: 0,
  });
  expect(b.replica.domainUuid).toBe(a.replica.domainUuid);
  expect([before, a.replica.serverUuid]).not.toContain(b.replica.serverUuid);
  expect(b.replica.ruv()).toEqual(a.replica.ruv());
  expect(b.replica.status().totals).toEqual(a.replica.status().totals);
  await expectConverged([a, b]);
});

test("the clock of a refreshed node is past everything that it has taken over", async () => {
  a.clock.micros += 200_000_000;
  const uuid = await a.replica.create({ title: "late" });
  await refreshFrom(b, a);
  await b.replica.modify(uuid, { title: "later, by a slower clock" });
  await pullOnce(a, b);
  expect((await a.replica.get(uuid))?.attributes).toEqual({ title: "later, by a slower clock" });
  await expectConverged([a, b]);
});

test("after it, both pull from each other, and only what is new", async () => {
  await refreshFrom(b, a);
  expect(await pullOnce(b, a)).toEqual({ kind: "up-to-date" });
  await createEntries(b, 1, "b's");
  expect(await pullOnce(a, b)).toEqual({ kind: "applied", entries: 1 });
  await createEntries(a, 1, "a's");
  expect(await pullOnce(b, a)).toEqual({ kind: "applied", entries: 1 });
  await expectConverged([a, b]);
});

test("progress counts entries and their bytes up to what was estimated", async () => {
  const seen: { entries: number; entriesEstimate: number; bytes: number; bytesEstimate: number }[] = [];
  await refreshFrom(b, a, { onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ entries }) => entries)).toEqual([2, 4, 6, 8]);
  const { recordBytes } = a.replica.status().totals;
  expect(seen.at(-1)).toMatchObject({ entriesEstimate: 8, bytes: recordBytes, bytesEstimate: recordBytes });
});

describe("a node that has changes of its own", () => {
  test("is shown what it would lose, and nothing is touched", async () => {
    const own = await createEntries(b, 6, "only here");
    const before = { digest: await b.replica.digest(), domain: b.replica.domainUuid, server: b.replica.serverUuid };
    const outcome = await refreshFrom(b, a);
    const sample = own.sort().slice(0, 5);
    expect(outcome).toEqual({ kind: "would-discard", origin: "repl://a", entries: 6, sample });
    expect({ digest: await b.replica.digest(), domain: b.replica.domainUuid, server: b.replica.serverUuid }).toEqual(
      before,
    );
    await createEntries(b, 1, "goes on");
  });

  test("counts its deletions, and its changes of shared entries", async () => {
    await refreshFrom(b, a);
    const [deleted, changed, both] = (await b.replica.list()).entries;
    if (!deleted || !changed || !both) throw new Error("the refresh brought entries");
    await b.replica.delete(deleted.uuid);
    await b.replica.modify(changed.uuid, { title: "changed here" });
    await b.replica.modify(both.uuid, { title: "changed on both" });
    await a.replica.modify(both.uuid, { title: "and there" });
    expect(await refreshFrom(b, a)).toMatchObject({ kind: "would-discard", entries: 3 });
  });

  test("loses nothing that the partner has pulled already", async () => {
    await refreshFrom(b, a);
    await createEntries(b, 3, "b's");
    await pullOnce(a, b);
    expect(await refreshFrom(b, a)).toMatchObject({ kind: "refreshed", discarded: 0 });
    await expectConverged([a, b]);
  });

  test("goes on when it is told to", async () => {
    await createEntries(b, 6, "only here");
    expect(await refreshFrom(b, a, { discardLocalChanges: true })).toMatchObject({ kind: "refreshed", discarded: 6 });
    await expectConverged([a, b]);
  });
});

describe("while the refresh runs", () => {
  test("the old content is served, and takes writes", async () => {
    const [own] = await createEntries(b, 1, "before");
    const gate = new Gate();
    const refreshing = refreshHeldAtEnd(gate, { discardLocalChanges: true });
    await gate.reached;
    expect(b.replica.status().refresh).toMatchObject({ origin: "repl://a", entriesEstimate: 8 });
    expect((await b.replica.list()).entries.map(({ uuid }) => uuid)).toEqual([own]);
    if (own) await b.replica.modify(own, { title: "during" });
    await createEntries(b, 1, "during");
    await expectSound([b]);
    gate.open();
    // An entry that was known before, and changed again, counts once.
    expect(await refreshing).toMatchObject({ kind: "refreshed", discarded: 2 });
    expect(b.replica.status().refresh).toBeUndefined();
    await expectConverged([a, b]);
  });

  test("a write of that time is not lost silently", async () => {
    const gate = new Gate();
    const refreshing = refreshHeldAtEnd(gate);
    await gate.reached;
    const [late] = await createEntries(b, 1, "during");
    gate.open();
    expect(await refreshing).toEqual({ kind: "would-discard", origin: "repl://a", entries: 1, sample: [late] });
    expect((await b.replica.list()).entries).toMatchObject([{ uuid: late }]);
    expect(b.replica.domainUuid).not.toBe(a.replica.domainUuid);
  });

  test("and the copy is at hand when the person has decided", async () => {
    const gate = new Gate();
    const refreshing = refreshHeldAtEnd(gate);
    await gate.reached;
    await createEntries(b, 1, "during");
    gate.open();
    await refreshing;
    let transferred = 0;
    const over = observed(dial(b, a), (message) => {
      if (message.type === "chunk") transferred += message.records.length;
    });
    expect(await refreshFrom(b, a, { over, discardLocalChanges: true })).toMatchObject({ discarded: 1 });
    expect(transferred).toBe(0);
    await expectConverged([a, b]);
  });

  test("what the partner takes meanwhile comes with the next pull", async () => {
    const gate = new Gate();
    const refreshing = refreshHeldAtEnd(gate);
    await gate.reached;
    await createEntries(a, 3, "during");
    gate.open();
    expect(await refreshing).toMatchObject({ kind: "refreshed", entries: 8 });
    expect(await pullOnce(b, a)).toEqual({ kind: "applied", entries: 3 });
    await expectConverged([a, b]);
  });

  test("a second refresh is refused, and so is one from this node", async () => {
    const gate = new Gate();
    const refreshing = refreshHeldAtEnd(gate);
    await gate.reached;
    expect(await b.replica.refresh()).toMatchObject({
      kind: "refused",
      reason: "this node's content is being replaced already, by a refresh or a restore",
    });
    const c = await testNode("c");
    expect(await refreshFrom(c, b)).toEqual({
      kind: "refused",
      origin: "repl://b",
      reason: "repl://b is being refreshed itself",
      remedy: "try again when it is done",
    });
    await expectSound([c]);
    await c.replica.close();
    gate.open();
    expect(await refreshing).toMatchObject({ kind: "refreshed" });
  });

  test("a pull from another partner that is under way applies nothing to the new database", async () => {
    await refreshFrom(b, a);
    const c = await testNode("c");
    await refreshFrom(c, a);
    await createEntries(c, 6, "c's");
    const gate = new Gate();
    const slow = held(dial(b, c), ({ type }) => (type === "end" ? gate.pass() : undefined));
    const pulling = b.replica.pullFrom(slow);
    await gate.reached;
    expect(await refreshFrom(b, a, { discardLocalChanges: true })).toMatchObject({ kind: "refreshed" });
    gate.open();
    expect(await pulling).toEqual({ kind: "superseded" });
    await expectConverged([a, b]);
    await pullOnce(b, c);
    await expectConverged([c, b]);
    await c.replica.close();
  });

  test("a reader of all entries goes on in the old content", async () => {
    await createEntries(b, 3, "old");
    const titles: unknown[] = [];
    for await (const { attributes } of b.replica.entries()) {
      if (titles.length === 0) await refreshFrom(b, a, { discardLocalChanges: true });
      titles.push(attributes.title);
    }
    expect(titles.toSorted()).toEqual(["old 0", "old 1", "old 2"]);
    await expectConverged([a, b]);
  });
});

describe("an empty supplier", () => {
  let empty: TestNode;

  beforeEach(async () => {
    empty = await testNode("empty");
  });

  afterEach(async () => {
    await expectSound([empty]);
    await empty.replica.close();
  });

  test("is taken over by a node that is empty itself: a domain may begin so", async () => {
    expect(await refreshFrom(b, empty)).toMatchObject({ kind: "refreshed", entries: 0 });
    expect(b.replica.domainUuid).toBe(empty.replica.domainUuid);
    await createEntries(b, 1);
    expect(await pullOnce(empty, b)).toEqual({ kind: "applied", entries: 1 });
    await expectConverged([empty, b]);
  });

  test("never empties a node that has content, whatever it is told", async () => {
    const before = await a.replica.digest();
    const outcome = await refreshFrom(a, empty, { discardLocalChanges: true });
    expect(outcome).toMatchObject({ kind: "refused", reason: "repl://empty is empty, and this node is not" });
    expect(await a.replica.digest()).toEqual(before);
  });

  test("nor one that gets content during the refresh", async () => {
    const gate = new Gate();
    const over = held(dial(b, empty), ({ type }) => (type === "end" ? gate.pass() : undefined));
    const refreshing = refreshFrom(b, empty, { over, discardLocalChanges: true });
    await gate.reached;
    await createEntries(b, 2, "first of its kind");
    gate.open();
    expect(await refreshing).toMatchObject({ kind: "refused" });
    expect(b.replica.status().totals.liveEntries).toBe(2);
  });
});

test("an unknown partner, and none to choose from, are the caller's mistake", async () => {
  await expect(b.replica.refresh()).rejects.toMatchObject({ code: "unknown_partner" });
  await expect(b.replica.refresh({ from: "repl://x" })).rejects.toMatchObject({ code: "unknown_partner" });
});

test("nor is one taken over whose domain was founded far ahead, though it has no entry yet", async () => {
  const { micros } = b.clock;
  const founder = await testNode("founder", { clock: manualClock(micros + 30 * 86_400_000_000) });
  const fresh = await testNode("fresh");
  await expect(refreshFrom(fresh, founder)).rejects.toMatchObject({ code: "clock_skew" });
  await expectSound([founder, fresh]);
  await closeAll([founder, fresh]);
});

test("a supplier whose changes are stamped far ahead is refused: its vector would be refused by everybody", async () => {
  a.clock.micros += 30 * 86_400_000_000;
  await createEntries(a, 1, "from the future");
  await expect(refreshFrom(b, a)).rejects.toMatchObject({ code: "clock_skew" });
  expect(b.replica.domainUuid).not.toBe(a.replica.domainUuid);
  b.clock.micros = a.clock.micros;
  expect(await refreshFrom(b, a)).toMatchObject({ kind: "refreshed" });
  await expectConverged([a, b]);
});
