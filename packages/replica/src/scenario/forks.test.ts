import type { ServerUuid, Uuid } from "@concordat/crdt";
import { faultyStorage, memoryStorage, type Storage } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PullOutcome } from "../index.js";
import { cloneOf, goBack, photographDisk } from "../testing/disks.js";
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

const DAY_MS = 86_400_000;

/** Three copies of one domain; A is the one whose disk is not to be trusted. */
let a: TestNode;
let b: TestNode;
let c: TestNode;
let shared: Uuid;
let photograph: Storage;
/** The server uuid that A had when the photograph was taken. */
let former: ServerUuid;

beforeEach(async () => {
  [a, b, c] = (await topology(["a", "b", "c"])) as [TestNode, TestNode, TestNode];
  shared = await a.replica.create({ title: "shared", tags: ["old"], settings: { k: 0 }, hits: 5 });
  await heal([a, b, c]);
  // Whoever has pulled says so with its next request.
  await heal([a, b, c]);
  photograph = await photographDisk(a);
  former = a.replica.serverUuid;
});

afterEach(async () => {
  await heal([a, b, c]);
  await expectConverged([a, b, c]);
  await closeAll([a, b, c]);
});

const pass = (ms: number): void => {
  for (const { clock } of [a, b, c]) clock.advance(ms);
};

const kindOf = (outcome: PullOutcome | "cut"): string => (typeof outcome === "string" ? outcome : outcome.kind);

const shown = async ({ replica }: TestNode, uuid: Uuid): Promise<unknown> => (await replica.get(uuid))?.attributes;

const conflictKinds = async ({ replica }: TestNode): Promise<string[]> =>
  (await replica.conflicts()).conflicts.map(({ kind }) => kind);

/** A goes on, B learns of it, and then A's disk is put back. */
const forgetAfter = async (change: () => Promise<unknown>): Promise<void> => {
  pass(1_000);
  await change();
  await pullOnce(b, a);
  a = await goBack(a, photograph);
  pass(1_000);
};

describe("a disk that went back in time", () => {
  test("is found out by the first partner that is asked, before anything is written; the node takes a new uuid and gets everything back", async () => {
    let forgotten: Uuid[] = [];
    await forgetAfter(async () => {
      forgotten = await createEntries(a, 3, "forgotten");
      await a.replica.modify(shared, { title: "forgotten" });
    });
    expect(a.replica.serverUuid).toBe(former);
    expect(await pullOnce(a, b)).toMatchObject({ kind: "forked", evidence: { kind: "other-history", server: former } });
    expect(a.replica.serverUuid).not.toBe(former);
    expect(kindOf(await pullOnce(a, b))).toBe("applied");
    expect(await a.replica.getMany(forgotten)).not.toContain(undefined);
    expect(await shown(a, shared)).toMatchObject({ title: "forgotten" });
    for (const node of [a, b]) expect(await conflictKinds(node)).toEqual([]);
    await expectConverged([a, b]);
  });

  test("what was written since it went back and before it met anyone is not lost, nor is what it forgot", async () => {
    let forgotten: Uuid[] = [];
    await forgetAfter(async () => {
      forgotten = await createEntries(a, 2, "forgotten");
      await a.replica.modify(shared, { note: "forgotten", tags: { add: ["forgotten"] }, settings: { set: { f: 1 } } });
    });
    const again = await createEntries(a, 2, "written again");
    await a.replica.modify(shared, { tags: { add: ["again"], remove: ["old"] }, settings: { set: { k: 1 } } });
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await heal([a, b, c]);
    for (const node of [a, b, c]) {
      expect(await node.replica.getMany([...forgotten, ...again])).not.toContain(undefined);
      expect(await shown(node, shared)).toEqual({
        title: "shared",
        note: "forgotten",
        tags: ["again", "forgotten"],
        settings: { f: 1, k: 1 },
        hits: 5,
      });
      expect(await conflictKinds(node)).toEqual([]);
    }
  });

  test("a value that both histories wrote is a conflict of two writes, and both are there", async () => {
    await forgetAfter(() => a.replica.modify(shared, { title: "forgotten" }));
    await a.replica.modify(shared, { title: "again" });
    await pullOnce(a, b);
    await heal([a, b, c]);
    for (const { replica } of [a, b, c]) {
      const [conflict, ...others] = (await replica.conflicts()).conflicts;
      expect(others).toEqual([]);
      expect(conflict).toMatchObject({
        kind: "overwrite",
        winner: { value: "again" },
        losers: [{ value: "forgotten" }],
      });
    }
  });

  test("a counter that both histories counted on has what both added", async () => {
    await forgetAfter(() => a.replica.modify(shared, { hits: { increment: 10 } }));
    await a.replica.modify(shared, { hits: { increment: 100 } });
    await a.replica.modify(shared, { hits: { increment: -1 } });
    await pullOnce(a, b);
    await heal([a, b, c]);
    for (const node of [a, b, c]) expect(await shown(node, shared)).toMatchObject({ hits: 114 });
  });

  test("a counter that had counted on, before anybody agreed to that and before it parted, adds up alike everywhere", async () => {
    pass(1_000);
    await a.replica.modify(shared, { hits: { increment: 1 } });
    const young = await a.replica.create({ hits: 3 });
    await pullOnce(b, a);
    photograph = await photographDisk(a);
    await forgetAfter(() => createEntries(a, 1, "forgotten"));
    await a.replica.modify(shared, { hits: { increment: 100 } });
    await a.replica.modify(young, { hits: { increment: 100 } });
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await heal([a, b, c]);
    // What was counted between the last agreement and the parting counts twice.
    for (const node of [a, b, c]) {
      expect(await shown(node, shared)).toMatchObject({ hits: 107 });
      expect(await shown(node, young)).toMatchObject({ hits: 106 });
    }
  });

  test("what it deleted again stays deleted, and what it had deleted and forgot too", async () => {
    const [one, two] = (await createEntries(a, 2, "to go")) as [Uuid, Uuid];
    await heal([a, b, c]);
    await heal([a, b, c]);
    photograph = await photographDisk(a);
    await forgetAfter(() => a.replica.delete(one));
    await a.replica.delete(two);
    expect((await a.replica.lookup(one)).kind).toBe("live");
    await pullOnce(a, b);
    await heal([a, b, c]);
    for (const { replica } of [a, b, c]) {
      for (const uuid of [one, two]) expect((await replica.lookup(uuid)).kind).toBe("tombstone");
    }
  });

  test("as a supplier it finds out from what the consumer has seen, and hands out nothing under the old uuid", async () => {
    await forgetAfter(() => createEntries(a, 2, "forgotten"));
    const again = await createEntries(a, 2, "again");
    const before = b.replica.ruv().get(former);
    expect(await pullOnce(b, a)).toMatchObject({ kind: "unwilling", reason: "refreshing" });
    await eventually(() => expect(a.replica.serverUuid).not.toBe(former));
    expect(b.replica.ruv().get(former)).toEqual(before);
    await pullOnce(b, a);
    expect(await b.replica.getMany(again)).not.toContain(undefined);
  });

  test("where nobody can be asked when the histories parted, what others wrote before that is not claimed in vain", async () => {
    // When D's disk was copied, D had heard from the others no more than that they knew of the founding.
    const [d, e, f] = (await topology(["d", "e", "f"])) as [TestNode, TestNode, TestNode];
    const old = await d.replica.create({ title: "old" });
    for (const each of [e, f]) await pullOnce(each, d);
    const before = await photographDisk(d);
    const server = d.replica.serverUuid;
    const step = (): void => {
      for (const { clock } of [d, e, f]) clock.advance(1_000);
    };
    step();
    await d.replica.create({ title: "forgotten" });
    await pullOnce(f, d);
    step();
    await e.replica.modify(old, { tags: { add: ["of E"] } });
    const back = await goBack(d, before);
    await pullOnce(back, e);
    step();
    expect(kindOf(await pullOnce(f, back))).toBe("unwilling");
    await eventually(() => expect(back.replica.serverUuid).not.toBe(server));
    expect(kindOf(await pullOnce(f, back))).toBe("applied");
    for (const other of [e, f]) await pullOnce(back, other);
    // It does not know that E has nothing of what was withdrawn.
    expect(kindOf(await pullOnce(e, back))).toBe("refresh-required");
    await refreshFrom(e, back);
    await heal([back, e, f]);
    for (const node of [back, e, f]) expect(await shown(node, old)).toEqual({ title: "old", tags: ["of E"] });
    await expectConverged([back, e, f]);
    await closeAll([back, e, f]);
  });

  test("of a node that only supplies, from before it knew of its consumer: it says so until it pulls, and then heals", async () => {
    const d = await testNode("d");
    const before = await photographDisk(d);
    const e = await testNode("e");
    await refreshFrom(e, d);
    const forgotten = await createEntries(d, 1, "forgotten");
    await pullOnce(e, d);
    const back = await goBack(d, before);
    const again = await createEntries(back, 1, "again");
    const server = back.replica.serverUuid;
    back.replica.setPartners([partner(back, e, { type: "allow-pull" })]);
    expect(kindOf(await pullOnce(e, back))).toBe("unwilling");
    await becomes(back, e, "duplicate-server-uuid");
    expect(statusOf(back).remedy).toContain("make the link mutual-pull");
    back.replica.setPartners([partner(back, e)]);
    await eventually(() => expect(back.replica.serverUuid).not.toBe(server));
    back.replica.setPartners([partner(back, e, { type: "allow-pull" })]);
    await heal([back, e]);
    for (const { replica } of [back, e])
      expect(await replica.getMany([...forgotten, ...again])).not.toContain(undefined);
    expect(statusOf(back)).toMatchObject({ state: "supply-only", remedy: undefined });
    await expectConverged([back, e]);
    await closeAll([back, e]);
  });

  test("a partner that never asks for anything is enough, and one that was only told by others", async () => {
    await forgetAfter(() => createEntries(a, 2, "forgotten"));
    await pullOnce(c, b);
    await createEntries(a, 1, "again");
    await createEntries(c, 1, "of the other");
    expect(kindOf(await pullOnce(a, c))).toBe("forked");
    expect(kindOf(await pullOnce(a, c))).toBe("applied");
  });

  test("what no partner had seen when the disk was copied is known as the same later, not as two creations", async () => {
    const [unseen] = (await createEntries(a, 1, "in both histories")) as [Uuid];
    await a.replica.modify(shared, { title: "in both histories" });
    photograph = await photographDisk(a);
    await forgetAfter(() => a.replica.modify(unseen, { note: "forgotten" }));
    await a.replica.modify(unseen, { title: "again" });
    await pullOnce(a, b);
    await heal([a, b, c]);
    for (const node of [a, b, c]) {
      expect(await shown(node, unseen)).toEqual({ title: "again", note: "forgotten" });
      expect(await conflictKinds(node)).toEqual([]);
    }
  });

  test("a partner that took over what was written again, before anybody knew better, is told to be refreshed", async () => {
    let forgotten: Uuid[] = [];
    await forgetAfter(async () => {
      forgotten = await createEntries(a, 2, "forgotten");
    });
    const again = await createEntries(a, 2, "again");
    await pullOnce(c, a);
    expect(await c.replica.getMany(again)).not.toContain(undefined);
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await pullOnce(a, b);
    await pullOnce(c, b);
    expect(await c.replica.getMany(forgotten)).toContain(undefined);
    // Not before A has pulled from C what C alone may have, where it does that.
    a.replica.setPartners([partner(a, c, { connect: () => new Promise(() => undefined) })]);
    expect(await pullOnce(c, a)).toMatchObject({ kind: "unwilling", reason: "refreshing" });
    a.replica.setPartners([]);
    expect(await pullOnce(c, a)).toMatchObject({ kind: "refresh-required", lags: [{ server: former }] });
    c.replica.setPartners([partner(c, a)]);
    await becomes(c, a, "refresh-required");
    expect(statusOf(c).message).toContain("whose disk had gone back in time");
    await refreshFrom(c, a, { discardLocalChanges: true });
    for (const node of [a, c]) expect(await node.replica.getMany([...forgotten, ...again])).not.toContain(undefined);
  });

  test("a partner that shows it, and takes over the other history before it is asked again, has shown it", async () => {
    let forgotten: Uuid[] = [];
    await forgetAfter(async () => {
      forgotten = await createEntries(a, 2, "forgotten");
    });
    const again = await createEntries(a, 2, "again");
    await pullOnce(c, a);
    const connect = async () => {
      await pullOnce(b, c);
      return dial(a, b);
    };
    expect(await a.replica.pullFrom(dial(a, b), { connect })).toMatchObject({ kind: "forked" });
    await pullOnce(a, b);
    for (const mixed of [b, c]) await refreshFrom(mixed, a, { discardLocalChanges: true });
    for (const node of [a, b, c]) expect(await node.replica.getMany([...forgotten, ...again])).not.toContain(undefined);
  });

  test("what it has withdrawn it knows after a restart, too", async () => {
    await forgetAfter(() => createEntries(a, 2, "forgotten"));
    await createEntries(a, 2, "again");
    await pullOnce(c, a);
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await restart(a);
    expect(await pullOnce(c, a)).toMatchObject({ kind: "refresh-required", lags: [{ server: former }] });
    await refreshFrom(c, a, { discardLocalChanges: true });
    await heal([a, b, c]);
    await expectConverged([a, b, c]);
  });

  test("who is refreshed for that does not take it over again from the next who did, and tells it", async () => {
    const d = await testNode("d");
    await refreshFrom(d, b);
    await forgetAfter(() => createEntries(a, 2, "forgotten"));
    await createEntries(a, 2, "again");
    for (const node of [c, d]) await pullOnce(node, a);
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    for (const node of [c, d]) await pullOnce(a, node);
    for (let refreshes = 0; refreshes < 2; refreshes += 1) {
      // Refreshed for another reason, it remembers all the same.
      if (refreshes === 0) expect(kindOf(await pullOnce(c, a))).toBe("refresh-required");
      await refreshFrom(c, a, { discardLocalChanges: true });
      await pullOnce(c, d);
      expect(kindOf(await pullOnce(c, a))).not.toBe("refresh-required");
    }
    expect(await pullOnce(d, c)).toMatchObject({ kind: "refresh-required", lags: [{ server: former }] });
    await refreshFrom(d, c, { discardLocalChanges: true });
    await heal([a, b, c, d]);
    await expectConverged([a, b, c, d]);
    await d.replica.close();
  });

  test("healed, it pulls from such a partner first, and does not take over its claim to a history that neither has", async () => {
    let forgotten: Uuid[] = [];
    await forgetAfter(async () => {
      forgotten = await createEntries(a, 2, "forgotten");
    });
    await createEntries(a, 2, "again");
    await pullOnce(c, a);
    const [ofC] = (await createEntries(c, 1, "of C alone")) as [Uuid];
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await pullOnce(a, c);
    await pullOnce(a, b);
    expect(await a.replica.getMany([...forgotten, ofC])).not.toContain(undefined);
    await refreshFrom(c, a, { discardLocalChanges: true });
    // A has put nothing under its old uuid that B would have to ask for, and yet B hears of all that there is.
    for (const node of [b, c]) await pullOnce(node, a);
  });

  test("what came to it with such a claim is news to those who had everything before", async () => {
    await forgetAfter(() => createEntries(a, 1, "forgotten"));
    await createEntries(a, 1, "again");
    await pullOnce(c, a);
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await heal([a, b]);
    expect(await a.replica.digest()).toEqual(await b.replica.digest());
    await pullOnce(a, c);
    await pullOnce(b, a);
    expect(await a.replica.digest()).toEqual(await b.replica.digest());
    await refreshFrom(c, a, { discardLocalChanges: true });
  });

  test("is compared with all that a partner has, where that has purged beyond what anybody had agreed to", async () => {
    const [d, e, f] = (await topology(["d", "e", "f"])) as [TestNode, TestNode, TestNode];
    const advance = (ms: number): void => {
      for (const { clock } of [d, e, f]) clock.advance(ms);
    };
    // F has told E nothing of what it has of E's when the photograph is taken.
    const [gone] = (await createEntries(e, 1, "gone")) as [Uuid];
    await e.replica.delete(gone);
    const [kept] = (await createEntries(e, 1, "kept")) as [Uuid];
    await pullOnce(f, e);
    const before = await photographDisk(e);
    advance(1_000);
    const [forgotten] = (await createEntries(e, 1, "forgotten")) as [Uuid];
    await pullOnce(f, e);
    const back = await goBack(e, before);
    const { serverUuid } = back.replica;
    advance(8 * DAY_MS);
    await f.replica.purge();
    expect((await f.replica.lookup(gone)).kind).toBe("absent");
    expect(kindOf(await pullOnce(back, f))).toBe("forked");
    expect(back.replica.serverUuid).not.toBe(serverUuid);
    await heal([back, f]);
    for (const { name, replica } of [back, f])
      expect(await replica.getMany([kept, forgotten]), name).not.toContain(undefined);
    await closeAll([d, back, f]);
  });

  test("a deletion that comes back with such a claim is purged with the one that it was announced anew as", async () => {
    await forgetAfter(() => createEntries(a, 1, "forgotten"));
    await a.replica.delete(shared);
    await pullOnce(c, a);
    expect(kindOf(await pullOnce(a, b))).toBe("forked");
    await heal([a, b]);
    // A has the deletion under both server uuids from now on, and nobody will ever claim it under the old one.
    await pullOnce(a, c);
    pass(8 * DAY_MS);
    for (const { replica } of [a, b]) await replica.purge();
    await pullOnce(b, a);
    await refreshFrom(c, a, { discardLocalChanges: true });
    for (const { replica } of [a, b, c]) expect((await replica.lookup(shared)).kind).toBe("absent");
  });

  test("that wrote nothing itself since: who has pulled from it does not go on where it stopped", async () => {
    const [d, e, f, g] = (await topology(["d", "e", "f", "g"])) as [TestNode, TestNode, TestNode, TestNode];
    const before = await photographDisk(e);
    await createEntries(f, 2, "of F");
    await pullOnce(e, f);
    await pullOnce(d, e);
    const back = await goBack(e, before);
    const ofG = await createEntries(g, 2, "of G");
    await pullOnce(back, g);
    await pullOnce(back, f);
    await pullOnce(d, back);
    expect(await d.replica.getMany(ofG)).not.toContain(undefined);
    await heal([d, back, f, g]);
    await expectConverged([d, back, f, g]);
    await closeAll([d, back, f, g]);
  });

  test("with its links it heals by itself, and is in sync", async () => {
    const forgotten: Uuid[] = [];
    await forgetAfter(async () => forgotten.push(...(await createEntries(a, 3, "forgotten"))));
    await createEntries(a, 2, "again");
    a.replica.setPartners([partner(a, b)]);
    b.replica.setPartners([partner(b, a)]);
    await becomes(a, b, "in-sync");
    await becomes(b, a, "in-sync");
    expect(a.replica.serverUuid).not.toBe(former);
    expect(await a.replica.getMany(forgotten)).not.toContain(undefined);
    await eventually(() => expectConverged([a, b]));
    for (const { replica } of [a, b]) replica.setPartners([]);
  });

  test("started with partners, it writes nothing under the old uuid when one can be reached", async () => {
    await forgetAfter(() => createEntries(a, 2, "forgotten"));
    await restart(a, { partners: [partner(a, b)] });
    const { changeId } = await a.replica.transact((transaction) =>
      transaction.create({ title: "right after the start" }),
    );
    expect(changeId?.server).toBe(a.replica.serverUuid);
    expect(changeId?.server).not.toBe(former);
    a.replica.setPartners([]);
  });

  test("when no partner can be reached it takes writes all the same", async () => {
    await forgetAfter(() => createEntries(a, 2, "forgotten"));
    await restart(a, { partners: [partner(a, b, { connect: () => Promise.reject(new Error("no route")) })] });
    const { changeId } = await a.replica.transact((transaction) => transaction.create({ title: "alone" }));
    expect(changeId?.server).toBe(former);
    a.replica.setPartners([]);
    await pullOnce(a, b);
  });

  test("a partner that gives no answer holds back the first write for two seconds, not for ever", async () => {
    await restart(a, { partners: [partner(a, b, { connect: () => new Promise(() => undefined) })] });
    const writing = a.replica.create({ title: "late" });
    a.clock.advance(2_000);
    await writing;
    a.replica.setPartners([]);
  });

  test("when the partner has purged beyond the parting, what is only here is exported, and the node is refreshed", async () => {
    await forgetAfter(() => a.replica.delete(shared));
    await pullOnce(c, b);
    pass(8 * DAY_MS);
    for (const { replica } of [b, c]) await replica.purge();
    const exported: unknown[] = [];
    await restart(a, {
      onDiscard: async (entries) => {
        for await (const entry of entries) exported.push(entry.attributes);
      },
    });
    await createEntries(a, 1, "only here");
    a.replica.setPartners([partner(a, b, { automaticRefresh: true })]);
    await becomes(a, b, "in-sync");
    expect(exported).toEqual([{ title: "only here 0" }]);
    expect((await a.replica.lookup(shared)).kind).toBe("absent");
    a.replica.setPartners([]);
  });
});

describe("a disk that was copied", () => {
  test("both run, and each has partners: one of them takes a new uuid, and nothing is lost", async () => {
    const twin = await cloneOf(photograph, a, "twin");
    pass(1_000);
    const mine = await createEntries(a, 2, "of the original");
    pass(1_000);
    const theirs = await createEntries(twin, 2, "of the copy");
    await pullOnce(b, a);
    expect(kindOf(await pullOnce(b, twin))).toBe("unwilling");
    await eventually(() => expect(twin.replica.serverUuid).not.toBe(former));
    expect(a.replica.serverUuid).toBe(former);
    await heal([a, b, c, twin]);
    for (const node of [a, b, c, twin]) {
      expect(await node.replica.getMany([...mine, ...theirs])).not.toContain(undefined);
      expect(await conflictKinds(node)).toEqual([]);
    }
    await expectConverged([a, b, c, twin]);
    await closeAll([twin]);
  });

  test("the two meet each other: whoever asks takes a new uuid", async () => {
    const twin = await cloneOf(photograph, a, "twin");
    pass(1_000);
    const mine = await createEntries(a, 2, "of the original");
    const theirs = await createEntries(twin, 2, "of the copy");
    expect(await pullOnce(twin, a)).toMatchObject({
      kind: "forked",
      evidence: { kind: "same-server", server: former },
    });
    expect(twin.replica.serverUuid).not.toBe(former);
    await heal([a, b, c, twin]);
    for (const node of [a, b, c, twin])
      expect(await node.replica.getMany([...mine, ...theirs])).not.toContain(undefined);
    await expectConverged([a, b, c, twin]);
    await closeAll([twin]);
  });

  test.each([
    ["new", 0],
    ["older than the commits that are kept", 8 * DAY_MS],
  ])(
    "that of a founder that never wrote anything, %s: all go on to have the founding in common",
    async (_, laterMs) => {
      const [d, e] = (await topology(["d", "e"])) as [TestNode, TestNode];
      for (const { clock } of [d, e]) clock.advance(laterMs);
      await d.replica.purge();
      const founder = d.replica.serverUuid;
      const twin = await cloneOf(await photographDisk(d), d, "twin");
      expect(kindOf(await pullOnce(twin, d))).toBe("forked");
      expect(twin.replica.serverUuid).not.toBe(founder);
      expect(twin.replica.ruv().get(founder)).toEqual(e.replica.ruv().get(founder));
      const uuids: Uuid[] = [];
      for (const node of [d, e, twin]) uuids.push(...(await createEntries(node, 1, node.name)));
      await heal([d, e, twin]);
      for (const { replica } of [d, e, twin]) expect(await replica.getMany(uuids)).not.toContain(undefined);
      await expectConverged([d, e, twin]);
      await closeAll([d, e, twin]);
    },
  );

  test("a node whose partner is itself says so, and does not take one uuid after the other", async () => {
    a.replica.setPartners([partner(a, a)]);
    await becomes(a, a, "duplicate-server-uuid");
    await eventually(() => expect(a.replica.serverUuid).not.toBe(former));
    const { serverUuid } = a.replica;
    await becomes(a, a, "duplicate-server-uuid");
    expect(statusOf(a).message).toContain("runs under this node's own server uuid");
    expect(statusOf(a).remedy).toContain("is this very node");
    a.replica.pullNow();
    await becomes(a, a, "duplicate-server-uuid");
    expect(a.replica.serverUuid).toBe(serverUuid);
    a.replica.setPartners([]);
  });
});

describe("a restore", () => {
  test("takes a new server uuid and pulls back what partners still have", async () => {
    pass(1_000);
    const lost = await createEntries(a, 3, "after the backup");
    await pullOnce(b, a);
    a = await goBack(a, photograph);
    const renewed = await a.replica.renewServerUuid();
    expect(renewed).toBe(a.replica.serverUuid);
    expect(renewed).not.toBe(former);
    expect(await pullOnce(a, b)).toEqual({ kind: "applied", entries: 3 });
    expect(await a.replica.getMany(lost)).not.toContain(undefined);
    const { changeId } = await a.replica.transact((transaction) => transaction.create({ title: "goes on" }));
    expect(changeId?.server).toBe(renewed);
  });

  test("goes on under the new uuid although its disk cannot be read right after the commit that gave it", async () => {
    let commits = -1;
    const storage = faultyStorage(memoryStorage(), ({ operation }) => {
      if (operation === "commit" && commits >= 0) commits += 1;
      return operation !== "commit" && commits > 0 ? { kind: "error", code: "store_io" } : undefined;
    });
    const node = await testNode("node", { storage });
    await createEntries(node, 2);
    commits = 0;
    const renewed = await node.replica.renewServerUuid();
    commits = -1;
    expect(node.replica.serverUuid).toBe(renewed);
    await createEntries(node, 1);
    await expectSound([node]);
    await restart(node);
    expect(node.replica.serverUuid).toBe(renewed);
    await expectSound([node]);
    await node.replica.close();
  });

  test("of an empty, new replica changes nothing but its uuid", async () => {
    await refreshFrom(c, b);
    const before = await c.replica.digest();
    const renewed = await c.replica.renewServerUuid();
    await restart(c);
    expect(c.replica.serverUuid).toBe(renewed);
    expect(await c.replica.digest()).toEqual(before);
  });
});
