import type { Uuid } from "@concordat/crdt";
import { faultyStorage, memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PullOutcome } from "../index.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { Gate } from "../testing/gate.js";
import { becomes, eventually, statusOf } from "../testing/links.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  heal,
  partner,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
  topology,
} from "../testing/test-topology.js";
import { cutAfter, held } from "../testing/wire.js";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Three copies of one domain, which keep deletions for a week, and whose clocks run together. */
let a: TestNode;
let b: TestNode;
let c: TestNode;

beforeEach(async () => {
  [a, b, c] = (await topology(["a", "b", "c"])) as [TestNode, TestNode, TestNode];
});

afterEach(async () => {
  await expectSound([a, b, c]);
  await closeAll([a, b, c]);
});

const pass = (ms: number, nodes: readonly TestNode[] = [a, b, c]): void => {
  for (const { clock } of nodes) clock.advance(ms);
};

const both = async (left: TestNode, right: TestNode): Promise<void> => {
  await pullOnce(left, right);
  await pullOnce(right, left);
};

const purged = async ({ replica }: TestNode): Promise<number> => {
  const outcome = await replica.purge();
  return outcome.kind === "purged" ? outcome.entries : -1;
};

const kindAt = async ({ replica }: TestNode, uuid: Uuid): Promise<string> => (await replica.lookup(uuid)).kind;

const kindOf = (outcome: PullOutcome | "cut"): string => (typeof outcome === "string" ? outcome : outcome.kind);

const purgedRow = ({ replica }: TestNode, server: TestNode): number =>
  replica.ruv().get(server.replica.serverUuid)?.purged ?? 0;

describe("what is old enough goes", () => {
  test("a tombstone goes a week after the deletion, on every node, with the rise of purged", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    await a.replica.delete(uuid);
    await heal([a, b, c]);
    const deletedAt = a.replica.ruv().get(a.replica.serverUuid)?.seen;
    pass(WEEK_MS - 60_000);
    for (const node of [a, b, c]) expect(await purged(node)).toBe(0);
    pass(120_000);
    for (const node of [a, b, c]) {
      expect(await kindAt(node, uuid)).toBe("tombstone");
      expect(await purged(node)).toBe(1);
      expect(await kindAt(node, uuid)).toBe("absent");
      expect(purgedRow(node, a)).toBe(deletedAt);
      expect(node.replica.status().totals).toEqual({ liveEntries: 0, tombstones: 0, recordBytes: 0 });
    }
    await expectConverged([a, b, c]);
  });

  test("a removed attribute, set element and map key go; what is there stays, and the entry keeps its place in the feed", async () => {
    const uuid = await a.replica.create({ title: "stays", note: "goes", tags: ["x", "y"], settings: { k: 1, l: 2 } });
    await a.replica.modify(uuid, { note: undefined, tags: { remove: ["x"] }, settings: { remove: ["k"] } });
    await heal([a, b, c]);
    const before = await a.replica.get(uuid);
    const { recordBytes } = a.replica.status().totals;
    pass(WEEK_MS + 1);
    for (const node of [a, b, c]) await purged(node);
    expect((await a.replica.get(uuid))?.attributes).toEqual(before?.attributes);
    expect(a.replica.status().totals.recordBytes).toBeLessThan(recordBytes);
    await expectConverged([a, b, c]);
    expect(kindOf(await pullOnce(b, a))).toBe("up-to-date");
  });

  test("purging again finds nothing, and a restart does not undo it", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await a.replica.delete(uuid);
    await both(a, b);
    pass(WEEK_MS + 1);
    await purged(a);
    expect(await purged(a)).toBe(0);
    await restart(a);
    expect(await kindAt(a, uuid)).toBe("absent");
    expect(purgedRow(a, a)).toBeGreaterThan(0);
  });

  test("more than one commit's worth goes, and others write between the commits", async () => {
    const uuids = await createEntries(a, 600);
    await a.replica.transact(async (transaction) => {
      for (const uuid of uuids) await transaction.delete(uuid);
    });
    await both(a, b);
    pass(WEEK_MS + 1);
    const purging = a.replica.purge();
    const [written] = (await createEntries(a, 1, "meanwhile")) as [Uuid];
    await purging;
    expect(await kindAt(a, written)).toBe("live");
    expect(a.replica.status().totals.tombstones).toBe(0);
  });

  test("what arrived of a pull that was cut is kept until the node claims it", async () => {
    const uuids = await createEntries(a, 5);
    await heal([a, b, c]);
    for (const uuid of uuids) await a.replica.delete(uuid);
    expect(await pullOnce(c, a, { afterFrames: 5 })).toBe("cut");
    const { tombstones } = c.replica.status().totals;
    expect(tombstones).toBeGreaterThan(0);
    pass(WEEK_MS + 1, [c]);
    expect(await purged(c)).toBe(0);
    expect(c.replica.status().totals.tombstones).toBe(tombstones);
    await pullOnce(c, a);
    await purged(c);
    expect(c.replica.status().totals.tombstones).toBe(0);
  });

  test("the replica purges by itself", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await a.replica.delete(uuid);
    await both(a, b);
    pass(WEEK_MS + 3_600_000);
    for (const node of [a, b]) await eventually(async () => expect(await kindAt(node, uuid)).toBe("absent"));
  });

  test("a tombstone that holds an update which lost stays until somebody settles it", async () => {
    const uuid = await a.replica.create({ title: "one" });
    await heal([a, b, c]);
    await a.replica.delete(uuid);
    await b.replica.modify(uuid, { title: "two" });
    await heal([a, b, c]);
    pass(WEEK_MS + 1);
    expect(await purged(a)).toBe(0);
    const [conflict] = (await a.replica.conflicts()).conflicts;
    await a.replica.resolveConflict(conflict?.id ?? "", { action: "keep-winner" });
    await heal([a, b, c]);
    pass(WEEK_MS + 1);
    for (const node of [a, b, c]) await purged(node);
    for (const node of [a, b, c]) expect(await kindAt(node, uuid)).toBe("absent");
    await expectConverged([a, b, c]);
  });
});

describe("clocks are not trusted one by one", () => {
  test("a clock that jumps ahead by a month purges nothing early", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await a.replica.delete(uuid);
    await both(a, b);
    a.clock.advance(0);
    a.clock.micros += 30 * DAY_MS * 1_000;
    expect(await purged(a)).toBe(0);
    expect(await kindAt(a, uuid)).toBe("tombstone");
    pass(WEEK_MS + 300_001);
    await purged(a);
    expect(await kindAt(a, uuid)).toBe("absent");
  });

  test("a partner's clock that is far ahead does not make this node purge early either", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await a.replica.delete(uuid);
    b.clock.micros += 30 * DAY_MS * 1_000;
    await pullOnce(a, b);
    expect(await purged(a)).toBe(0);
  });

  test("a node that has partners and heard none since it started purges nothing", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await a.replica.delete(uuid);
    await both(a, b);
    await restart(a);
    a.replica.setPartners([partner(a, b, { connect: () => new Promise(() => undefined), type: "allow-pull" })]);
    pass(WEEK_MS + 1);
    expect(await a.replica.purge()).toEqual({ kind: "no-clock-heard" });
    await pullOnce(b, a);
    await purged(a);
    expect(await kindAt(a, uuid)).toBe("absent");
  });

  test("a node alone in the world has its own clock", async () => {
    const alone = await testNode("alone");
    const [uuid] = (await createEntries(alone, 1)) as [Uuid];
    await alone.replica.delete(uuid);
    alone.clock.advance(WEEK_MS + 1);
    await purged(alone);
    expect(await kindAt(alone, uuid)).toBe("absent");
    await closeAll([alone]);
  });
});

describe("a node that was away for too long", () => {
  /** A and B go on for more than a week without C, with `change` and its purge. */
  const without = async (change: () => Promise<unknown>): Promise<void> => {
    await change();
    await both(a, b);
    pass(WEEK_MS + 1);
    for (const node of [a, b]) await purged(node);
  };

  test("consumer lags by a tombstone: it must be refreshed, nothing is applied, and it says so in plain words", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    await without(() => a.replica.delete(uuid));
    await createEntries(b, 1, "later");
    await both(a, b);
    const before = { digest: await c.replica.digest(), ruv: c.replica.ruv() };
    expect(await pullOnce(c, b)).toMatchObject({
      kind: "refresh-required",
      lags: [{ server: a.replica.serverUuid, purged: purgedRow(b, a) }],
    });
    expect({ digest: await c.replica.digest(), ruv: c.replica.ruv() }).toEqual(before);
    c.replica.setPartners([partner(c, b)]);
    await becomes(c, b, "refresh-required");
    expect(statusOf(c).message).toContain("this node was away too long: repl://b no longer keeps deletions");
    expect(statusOf(c).remedy).toBe("run refresh-replication-consumer on this node");
  });

  test("consumer lags by a removed attribute: the same", async () => {
    const uuid = await a.replica.create({ title: "one", note: "two" });
    await heal([a, b, c]);
    await without(() => a.replica.modify(uuid, { note: undefined }));
    expect(kindOf(await pullOnce(c, a))).toBe("refresh-required");
    expect((await c.replica.get(uuid))?.attributes).toEqual({ title: "one", note: "two" });
  });

  test("a supplier that lags is not pulled from, and its own operator is told what to do", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    await without(() => a.replica.delete(uuid));
    await createEntries(c, 1, "from the one that lags");
    expect(await pullOnce(a, c)).toMatchObject({ kind: "unwilling", reason: "supplier-lags" });
    a.replica.setPartners([partner(a, c, { automaticRefresh: true })]);
    await becomes(a, c, "unwilling");
    expect(statusOf(a).message).toContain("repl://c was away too long");
    expect(statusOf(a).remedy).toBe("run refresh-replication-consumer on repl://c");
    expect(await kindAt(a, uuid)).toBe("absent");
  });

  test("critical: each has purged what the other never saw; neither supplies, no refresh starts by itself, a person decides", async () => {
    const [one, two] = (await createEntries(a, 2)) as [Uuid, Uuid];
    await heal([a, b, c]);
    await a.replica.delete(one);
    await c.replica.delete(two);
    await both(a, b);
    pass(WEEK_MS + 300_001);
    for (const node of [a, b, c]) await purged(node);
    for (const [consumer, supplier] of [
      [a, c],
      [c, a],
    ] as const) {
      expect(await pullOnce(consumer, supplier)).toMatchObject({ kind: "unwilling", reason: "critical" });
    }
    c.replica.setPartners([partner(c, a, { automaticRefresh: true })]);
    await becomes(c, a, "critical");
    expect(statusOf(c).message).toContain("each lack deletions that the other no longer keeps");
    expect(statusOf(c).remedy).toContain("decide which of the two is right");
    expect(await kindAt(c, one)).toBe("live");
    c.replica.setPartners([]);
    await refreshFrom(c, a, { discardLocalChanges: true });
    await expectConverged([a, b, c]);
  });

  test("critical while an automatic refresh runs: it replaces nothing, since what was deleted here would live again", async () => {
    const [one, two] = (await createEntries(a, 2)) as [Uuid, Uuid];
    await heal([a, b, c]);
    await without(() => a.replica.delete(one));
    await c.replica.delete(two);
    const gate = new Gate();
    const connect = async () => held(dial(c, a), ({ type }) => (type === "end" ? gate.pass() : undefined));
    c.replica.setPartners([partner(c, a, { automaticRefresh: true, connect })]);
    await gate.reached;
    pass(WEEK_MS + 1);
    await purged(c);
    expect(await kindAt(c, two)).toBe("absent");
    gate.open();
    await eventually(() => expect(c.replica.status().refresh).toBeUndefined());
    c.replica.pullNow();
    await becomes(c, a, "critical");
    expect(await kindAt(c, two)).toBe("absent");
    c.replica.setPartners([]);
    await refreshFrom(c, a, { discardLocalChanges: true });
  });

  test("no overlap: one domain, two histories", async () => {
    const sameDomain = (server: number) => ({
      fraction: () => 0.5,
      bytes: (length: number) => {
        calls += 1;
        return new Uint8Array(length).fill(calls === 3 ? server : 7);
      },
    });
    let calls = 0;
    const one = await testNode("one", { random: sameDomain(1) });
    calls = 0;
    const two = await testNode("two", { random: sameDomain(2) });
    expect(one.replica.domainUuid).toBe(two.replica.domainUuid);
    expect(await pullOnce(one, two)).toMatchObject({ kind: "unwilling", reason: "no-overlap" });
    one.replica.setPartners([partner(one, two, { automaticRefresh: true })]);
    await becomes(one, two, "no-overlap");
    expect(statusOf(one).message).toContain("hold one domain but no change in common");
    expect(statusOf(one).remedy).toContain(
      "run refresh-replication-consumer on the one whose content is to be replaced",
    );
    await closeAll([one, two]);
  });

  test("lagging, then refreshed: it has what the others have, takes writes, and supplies them", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    await without(() => a.replica.delete(uuid));
    expect(kindOf(await pullOnce(c, a))).toBe("refresh-required");
    await refreshFrom(c, a);
    expect(await kindAt(c, uuid)).toBe("absent");
    expect(purgedRow(c, a)).toBe(purgedRow(a, a));
    await createEntries(c, 1, "after the refresh");
    await heal([a, b, c]);
    await expectConverged([a, b, c]);
  });

  test("automatic refresh mends it, and what only the lagging node had is exported first", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    const exported: unknown[] = [];
    await restart(c, {
      onDiscard: async (entries) => {
        for await (const entry of entries) exported.push(entry.attributes);
      },
    });
    await createEntries(c, 1, "only here");
    await without(() => a.replica.delete(uuid));
    c.replica.setPartners([partner(c, a, { automaticRefresh: true })]);
    await becomes(c, a, "in-sync");
    expect(exported).toEqual([{ title: "only here 0" }]);
    await pullOnce(b, c);
    await expectConverged([a, b, c]);
  });
});

describe("who is not away needs no refresh", () => {
  test("trim past valid: a node that has seen exactly what is purged is supplied", async () => {
    const uuids = await createEntries(a, 3);
    await heal([a, b, c]);
    await a.replica.delete(uuids[0] as Uuid);
    await heal([a, b, c]);
    pass(WEEK_MS + 1);
    await purged(a);
    await createEntries(a, 2, "after the purge");
    expect(await pullOnce(b, a)).toEqual({ kind: "applied", entries: 2 });
    expect(await pullOnce(a, b)).toEqual({ kind: "up-to-date" });
  });

  test("a node that has not purged yet takes over the purge of its supplier, before it applies anything", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    await a.replica.delete(uuid);
    await heal([a, b, c]);
    pass(WEEK_MS + 1);
    await purged(a);
    await createEntries(a, 1, "something to stream");
    await pullOnce(b, a);
    expect(await kindAt(b, uuid)).toBe("absent");
    expect(purgedRow(b, a)).toBe(purgedRow(a, a));
  });

  test("a uuid that is created again after the purge lives everywhere", async () => {
    const [uuid] = (await createEntries(a, 1)) as [Uuid];
    await heal([a, b, c]);
    await a.replica.delete(uuid);
    await heal([a, b, c]);
    pass(WEEK_MS + 1);
    await purged(a);
    await a.replica.create({ title: "again" }, { uuid });
    await pullOnce(b, a);
    await pullOnce(c, b);
    for (const { name, replica } of [a, b, c])
      expect((await replica.get(uuid))?.attributes, name).toEqual({ title: "again" });
    for (const { replica } of [a, b, c]) expect((await replica.conflicts()).conflicts).toEqual([]);
    await expectConverged([a, b, c]);
  });

  test("a uuid that two deleted, not knowing of each other, lives everywhere when it is created again after the purge", async () => {
    const apartMs = 1_800_000;
    const [uuid, other] = (await createEntries(a, 2)) as [Uuid, Uuid];
    await heal([a, b, c]);
    await a.replica.delete(uuid);
    await a.replica.delete(other);
    pass(apartMs);
    await b.replica.delete(uuid);
    await heal([a, b, c]);
    pass(WEEK_MS - apartMs + 1);
    // Of the deletions of A everybody has purged one now that is later than the one that waits for that of B.
    for (const node of [a, b, c]) await purged(node);
    for (const node of [a, b, c]) expect(await kindAt(node, other)).toBe("absent");
    pass(apartMs);
    expect(await purged(a)).toBe(1);
    for (const node of [b, c]) expect(await kindAt(node, uuid)).toBe("tombstone");
    await a.replica.create({ title: "again" }, { uuid });
    await pullOnce(b, a);
    await pullOnce(c, b);
    for (const { name, replica } of [a, b, c])
      expect((await replica.get(uuid))?.attributes, name).toEqual({ title: "again" });
    await expectConverged([a, b, c]);
  });

  test("idle servers: one that writes nothing for a year, with the others busy, is supplied all the time", async () => {
    for (let week = 0; week < 53; week += 1) {
      const [gone] = (await createEntries(a, 1, `week ${week}`)) as [Uuid];
      await both(a, b);
      await b.replica.delete(gone);
      await both(a, b);
      expect(kindOf(await pullOnce(c, b))).toBe("applied");
      pass(WEEK_MS + 1);
      for (const node of [a, b]) await purged(node);
    }
    await heal([a, b, c]);
    await purged(c);
    await createEntries(c, 1, "back at work");
    expect(kindOf(await pullOnce(a, c))).toBe("applied");
    await heal([a, b, c]);
    await expectConverged([a, b, c]);
  });

  test("a server that is gone for good hinders nobody", async () => {
    const [uuid] = (await createEntries(c, 1)) as [Uuid];
    await heal([a, b, c]);
    await a.replica.delete(uuid);
    for (let week = 0; week < 4; week += 1) {
      await both(a, b);
      pass(WEEK_MS + 1, [a, b]);
      for (const node of [a, b]) await purged(node);
      await createEntries(a, 1, `week ${week}`);
    }
    expect(kindOf(await pullOnce(b, a))).toBe("applied");
    await expectConverged([a, b]);
  });
});

describe("a refresh that is cut", () => {
  test("begins anew when its supplier has purged meanwhile: what the purge took is not left in the copy", async () => {
    const d = await testNode("d");
    const uuids = await createEntries(a, 6);
    await both(a, b);
    const cut = cutAfter(dial(d, a), 4);
    await expect(refreshFrom(d, a, { over: cut })).rejects.toMatchObject({ code: "connection_lost" });
    await a.replica.transact(async (transaction) => {
      for (const uuid of uuids) await transaction.delete(uuid);
    });
    pass(WEEK_MS + 1);
    await purged(a);
    await expect(refreshFrom(d, a)).rejects.toMatchObject({ code: "stream_digest" });
    expect(await refreshFrom(d, a)).toMatchObject({ kind: "refreshed" });
    for (const uuid of uuids) expect(await kindAt(d, uuid)).toBe("absent");
    await expectConverged([a, d]);
    await closeAll([d]);
  });
});

test("what is purged while a pull is on its way does not come back with it, from a supplier that had not seen the deletion", async () => {
  const [deleted, kept] = (await createEntries(a, 2)) as [Uuid, Uuid];
  await a.replica.modify(kept, { note: "gone" });
  await both(a, b);
  await both(a, b);
  await a.replica.delete(deleted);
  await a.replica.modify(kept, { note: undefined });
  for (const uuid of [deleted, kept]) await b.replica.modify(uuid, { title: "late" });
  const gate = new Gate();
  const over = held(dial(a, b), ({ type }) => (type === "begin" ? gate.pass() : undefined));
  const pulling = a.replica.pullFrom(over);
  await gate.reached;
  pass(WEEK_MS + 1);
  expect(await purged(a)).toBeGreaterThan(0);
  gate.open();
  expect(await pulling).toMatchObject({ kind: "unwilling", reason: "supplier-lags" });
  expect(await kindAt(a, deleted)).toBe("absent");
  await refreshFrom(b, a, { discardLocalChanges: true });
  await expectConverged([a, b]);
});

test("what this node has purged while a pull is on its way does not come back with it, from a supplier that still keeps the deletion", async () => {
  const [uuid] = (await createEntries(a, 1)) as [Uuid];
  await heal([a, b, c]);
  await a.replica.delete(uuid);
  await pullOnce(b, a);
  const gate = new Gate();
  const over = held(dial(c, a), ({ type }) => (type === "begin" ? gate.pass() : undefined));
  const pulling = c.replica.pullFrom(over);
  await gate.reached;
  await pullOnce(c, b);
  pass(WEEK_MS + 1);
  for (const node of [b, c]) await purged(node);
  await b.replica.create({ title: "again" }, { uuid });
  await pullOnce(c, b);
  gate.open();
  expect(await pulling).toEqual({ kind: "superseded" });
  expect((await c.replica.get(uuid))?.attributes).toEqual({ title: "again" });
  await heal([a, b, c]);
  await expectConverged([a, b, c]);
});

test("a purge that stopped half-way is taken over from a supplier all the same: a uuid that was created again lives everywhere", async () => {
  let commits = Number.NEGATIVE_INFINITY;
  const storage = faultyStorage(memoryStorage(), ({ operation }) => {
    if (operation !== "commit") return undefined;
    commits += 1;
    return commits > 1 ? { kind: "error", code: "store_io" } : undefined;
  });
  const d = await testNode("d", { storage });
  // One more than are purged in one commit, and all in one change.
  const uuids = (await createEntries(a, REPLICA_LIMITS.purgedEntriesMax + 1)).sort();
  const last = uuids.at(-1) as Uuid;
  await refreshFrom(d, a);
  await a.replica.transact(async (transaction) => {
    for (const uuid of uuids) await transaction.delete(uuid);
  });
  await both(d, a);
  commits = 0;
  pass(WEEK_MS + 1, [a, b, c, d]);
  await expect(d.replica.purge()).rejects.toMatchObject({ code: "store_io" });
  await restart(d);
  commits = Number.NEGATIVE_INFINITY;
  expect(purgedRow(d, a)).toBeGreaterThan(0);
  expect(await kindAt(d, last)).toBe("tombstone");
  await purged(a);
  await a.replica.create({ title: "again" }, { uuid: last });
  await pullOnce(d, a);
  expect((await d.replica.get(last))?.attributes).toEqual({ title: "again" });
  await expectConverged([a, d]);
  await closeAll([d]);
});
