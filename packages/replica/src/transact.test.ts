import { parseUuid, type Uuid } from "@concordat/crdt";
import { DEFAULT_LIMITS } from "@concordat/protocol";
import { type FaultPlan, faultyStorage, memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Committed, Transaction } from "./index.js";
import { Gate } from "./testing/gate.js";
import { gatedReads } from "./testing/gated-reads.js";
import { closeAll, expectSound, restart, type TestNode, testNode } from "./testing/test-topology.js";

const NOBODY = "22222222-2222-4222-8222-222222222222" as Uuid;

let node: TestNode;
/** Commits of the storage since the node was opened. */
let commits: number;
let fault: FaultPlan;

beforeEach(async () => {
  fault = () => undefined;
  const storage = faultyStorage(memoryStorage(), (call) => {
    if (call.operation === "commit") commits += 1;
    return fault(call);
  });
  commits = 0;
  node = await testNode("a", { storage });
  commits = 0;
});

afterEach(async () => {
  fault = () => undefined;
  await expectSound([node]);
  await closeAll([node]);
});

const rejectedWith = (code: string) => expect.objectContaining({ code });

describe("one transaction", () => {
  test("is one change, whatever it writes", async () => {
    const before = node.replica.ruv().get(node.replica.serverUuid)?.seen ?? 0;
    const { result, changeId } = await node.replica.transact(async (transaction) => {
      const first = await transaction.create({ title: "first" });
      const second = await transaction.create({ title: "second" });
      await transaction.modify(first, { title: "first, again" });
      return { first, second, changeId: transaction.changeId };
    });
    expect(changeId).toEqual(result.changeId);
    expect(commits).toBe(1);
    for (const uuid of [result.first, result.second]) {
      expect(await node.replica.get(uuid)).toMatchObject({ createdAt: changeId, modifiedAt: changeId });
    }
    expect(changeId?.ts).toBeGreaterThan(before);
    expect(node.replica.ruv().get(node.replica.serverUuid)).toMatchObject({
      seen: changeId?.ts,
      lineage: { at: changeId?.ts },
    });
  });

  test("is undone whole by whatever its work throws", async () => {
    const uuid = await node.replica.create({ title: "before" });
    const digest = await node.replica.digest();
    const thrown = new Error("changed my mind");
    const undone = node.replica.transact(async (transaction) => {
      await transaction.modify(uuid, { title: "after" });
      await transaction.create({ title: "new" });
      throw thrown;
    });
    await expect(undone).rejects.toBe(thrown);
    expect(await node.replica.digest()).toEqual(digest);
    expect(commits).toBe(1);
  });

  test("is undone by one operation that the model refuses", async () => {
    const undone = node.replica.transact(async (transaction) => {
      await transaction.create({ title: "good" });
      await transaction.modify(NOBODY, { title: "nowhere" });
    });
    await expect(undone).rejects.toEqual(rejectedWith("entry_not_found"));
    expect(node.replica.status().totals.liveEntries).toBe(0);
  });

  test("reads what it has written, and nobody else does before it is durable", async () => {
    const uuid = await node.replica.create({ title: "before" });
    await node.replica.transact(async (transaction) => {
      await transaction.modify(uuid, { title: "after" });
      expect((await transaction.get(uuid))?.attributes).toEqual({ title: "after" });
      expect((await node.replica.get(uuid))?.attributes).toEqual({ title: "before" });
      await transaction.delete(uuid);
      expect(await transaction.lookup(uuid)).toEqual({ kind: "tombstone", deletedAt: transaction.changeId });
      expect(await transaction.get(uuid)).toBeUndefined();
    });
    expect((await node.replica.lookup(uuid)).kind).toBe("tombstone");
  });

  test("shows the version that the entry has once it is durable", async () => {
    const uuid = await node.replica.create({ b: 1, tags: ["z"] });
    const { result } = await node.replica.transact(async (transaction) => {
      await transaction.modify(uuid, { a: 1, tags: { add: ["a"] }, settings: { set: { z: 1, b: 2 } } });
      return (await transaction.get(uuid))?.version;
    });
    expect((await node.replica.get(uuid))?.version).toBe(result);
  });

  test("does not lose what operations that run at once write to one entry", async () => {
    const { result } = await node.replica.transact(async (transaction) => {
      const uuid = await transaction.create({});
      await Promise.all([transaction.modify(uuid, { a: 1 }), transaction.modify(uuid, { b: 2 })]);
      return uuid;
    });
    const stored = await node.replica.transact((transaction) =>
      Promise.all([transaction.modify(result, { c: 3 }), transaction.modify(result, { d: 4 })]),
    );
    expect(stored.changeId).toBeDefined();
    expect((await node.replica.get(result))?.attributes).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  });

  test("that does not wait for its operations is refused, not half done", async () => {
    const uuid = await node.replica.create({ title: "before" });
    const careless = node.replica.transact((transaction) => {
      void transaction.modify(uuid, { title: "after" });
    });
    await expect(careless).rejects.toEqual(rejectedWith("invalid_change"));
    expect((await node.replica.get(uuid))?.attributes).toEqual({ title: "before" });
  });

  test("cannot be used once it has ended", async () => {
    let kept: Transaction | undefined;
    await node.replica.transact((transaction) => {
      kept = transaction;
    });
    await expect(kept?.create({ title: "late" })).rejects.toEqual(rejectedWith("invalid_change"));
  });
});

describe("what a transaction may ask", () => {
  test("each mistake has its code", async () => {
    const live = await node.replica.create({ title: "live" });
    const gone = await node.replica.create({ title: "gone" });
    await node.replica.delete(gone);
    const { replica } = node;
    await expect(replica.create({}, { uuid: live })).rejects.toEqual(rejectedWith("entry_exists"));
    await expect(replica.create({}, { uuid: gone })).rejects.toEqual(rejectedWith("entry_deleted"));
    await expect(replica.modify(NOBODY, {})).rejects.toEqual(rejectedWith("entry_not_found"));
    await expect(replica.modify(gone, {})).rejects.toEqual(rejectedWith("entry_deleted"));
    await expect(replica.delete(NOBODY)).rejects.toEqual(rejectedWith("entry_not_found"));
    await expect(replica.delete(gone)).rejects.toEqual(rejectedWith("entry_deleted"));
    await expect(replica.transact((transaction) => transaction.put(gone, {}))).rejects.toEqual(
      rejectedWith("entry_deleted"),
    );
  });

  test("a version that is expected and not found", async () => {
    const uuid = await node.replica.create({ title: "first" });
    const { version = "" } = (await node.replica.get(uuid)) ?? {};
    const stale = { ifVersion: "0123456789abcdef" };
    const { replica } = node;
    await expect(replica.modify(uuid, { title: "x" }, stale)).rejects.toEqual(rejectedWith("version_mismatch"));
    await expect(replica.delete(uuid, stale)).rejects.toEqual(rejectedWith("version_mismatch"));
    const put = (target: Uuid): Promise<Committed<string>> =>
      replica.transact((transaction) => transaction.put(target, {}, stale));
    await expect(put(uuid)).rejects.toEqual(rejectedWith("version_mismatch"));
    await expect(put(NOBODY)).rejects.toEqual(rejectedWith("version_mismatch"));
    await replica.modify(uuid, { title: "second" }, { ifVersion: version });
    await expect(replica.modify(uuid, { title: "third" }, { ifVersion: version })).rejects.toEqual(
      rejectedWith("version_mismatch"),
    );
  });

  test("an entry over the limit is refused, and the rest of its transaction with it", async () => {
    const limits = { ...DEFAULT_LIMITS, entryBytesMax: 1_000 };
    await restart(node, { limits });
    const large = node.replica.transact(async (transaction) => {
      await transaction.create({ title: "small" });
      await transaction.create({ text: "x".repeat(1_000) });
    });
    await expect(large).rejects.toEqual(rejectedWith("entry_too_large"));
    expect(node.replica.status().totals.liveEntries).toBe(0);
    await node.replica.create({ text: "x".repeat(900) });
  });

  test("names and values that the model does not have", async () => {
    const { replica } = node;
    const refused: Record<string, unknown>[] = [
      { "": 1 },
      { ["n".repeat(256)]: 1 },
      { "\ud800": 1 },
      { title: null },
      { title: Number.NaN },
      { title: new Date(0) },
      { title: "\udc00" },
      { hits: 1.5 },
      { hits: "many" },
      { tags: "no array" },
      { settings: [] },
      { settings: { "\ud800": 1 } },
    ];
    for (const attributes of refused) {
      await expect(replica.create(attributes as never), JSON.stringify(attributes)).rejects.toEqual(
        rejectedWith("invalid_change"),
      );
    }
    expect(replica.status().totals.liveEntries).toBe(0);
    await replica.create({ ["é".repeat(127)]: "fits" });
  });

  test("changes that do not suit the kind of the attribute", async () => {
    const { replica } = node;
    const uuid = await replica.create({});
    const refused: Record<string, unknown>[] = [
      { title: { add: [1] } },
      { hits: { increment: Number.MAX_SAFE_INTEGER + 1 } },
      { tags: { add: "no array" } },
      { tags: { add: [undefined] } },
      { settings: { remove: [1] } },
      { settings: { set: { "\ud800": 1 } } },
    ];
    for (const changes of refused) {
      await expect(replica.modify(uuid, changes as never), JSON.stringify(changes)).rejects.toEqual(
        rejectedWith("invalid_change"),
      );
    }
    expect((await replica.get(uuid))?.attributes).toEqual({});
  });

  test("a closed replica refuses", async () => {
    await node.replica.close();
    await expect(node.replica.create({})).rejects.toEqual(rejectedWith("closed"));
    await restart(node);
  });
});

describe("writes that change nothing", () => {
  test("take no change id and commit nothing", async () => {
    const uuid = await node.replica.create({ title: "as it is", tags: ["a"], settings: { k: 1 }, hits: 2 });
    const before = { digest: await node.replica.digest(), ruv: node.replica.ruv() };
    commits = 0;
    const nothing: ((transaction: Transaction) => unknown)[] = [
      () => "read only",
      (transaction) => transaction.get(uuid),
      (transaction) => transaction.modify(uuid, {}),
      (transaction) => transaction.modify(uuid, { title: "as it is", absent: undefined }),
      (transaction) => transaction.modify(uuid, { tags: { add: ["a"], remove: ["b"] } }),
      (transaction) => transaction.modify(uuid, { tags: ["a"] }),
      (transaction) => transaction.modify(uuid, { settings: { set: { k: 1 }, remove: ["z"] } }),
      (transaction) => transaction.modify(uuid, { hits: { increment: 0 } }),
      (transaction) => transaction.modify(uuid, { hits: 2 }),
      (transaction) => transaction.put(uuid, { title: "as it is", tags: ["a"], settings: { k: 1 }, hits: 2 }),
    ];
    for (const work of nothing) expect((await node.replica.transact(work)).changeId).toBeUndefined();
    expect(commits).toBe(0);
    expect({ digest: await node.replica.digest(), ruv: node.replica.ruv() }).toEqual(before);
  });
});

describe("transactions that wait together", () => {
  test("share few durable commits, each with a change id of its own, in the order of asking", async () => {
    const all = await Promise.all(
      Array.from({ length: 600 }, (_, index) => node.replica.transact((transaction) => transaction.create({ index }))),
    );
    // The first is alone, or with all that were asked for in the same moment; 256 share one at the most.
    expect(commits).toBeLessThanOrEqual(4);
    const times = all.map(({ changeId }) => changeId?.ts ?? 0);
    expect(new Set(times).size).toBe(600);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    const entries = await node.replica.getMany(all.map(({ result }) => result));
    expect(entries.map((entry) => entry?.attributes.index)).toEqual(all.map((_, index) => index));
  });

  test("see each other's writes", async () => {
    const uuid = await node.replica.create({ hits: 0 });
    await Promise.all(
      Array.from({ length: 50 }, () => node.replica.transact((t) => t.modify(uuid, { hits: { increment: 1 } }))),
    );
    expect((await node.replica.get(uuid))?.attributes).toEqual({ hits: 50 });
  });

  test("do not suffer from one that fails among them", async () => {
    const settled = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        node.replica.transact(async (transaction) => {
          const uuid = await transaction.create({ index });
          if (index % 3 === 0) throw new Error(`no ${index}`);
          if (index % 3 === 1) await Promise.all([transaction.delete(NOBODY), transaction.get(uuid)]);
        }),
      ),
    );
    expect(settled.map(({ status }) => status === "fulfilled")).toEqual(
      Array.from({ length: 30 }, (_, index) => index % 3 === 2),
    );
    const { entries } = await node.replica.list();
    expect(entries.map(({ attributes }) => attributes.index).toSorted()).toHaveLength(10);
  });

  test("do not suffer from a read that a failed one among them has left behind", async () => {
    const storage = gatedReads(memoryStorage());
    const own = await testNode("own", { storage });
    const uuid = await own.replica.create({ hits: 0 });
    const gate = new Gate();
    storage.holdNextRead(gate);
    let reading: Promise<unknown> = Promise.resolve();
    const failing = own.replica.transact((transaction) => {
      reading = transaction.get(uuid);
      throw new Error("without waiting");
    });
    const first = own.replica.modify(uuid, { hits: { increment: 1 } });
    const second = own.replica.transact(async (transaction) => {
      gate.open();
      await reading;
      await transaction.modify(uuid, { hits: { increment: 1 } });
    });
    await expect(failing).rejects.toThrow("without waiting");
    await Promise.all([first, second]);
    expect((await own.replica.get(uuid))?.attributes).toEqual({ hits: 2 });
    await expectSound([own]);
    await own.replica.close();
  });

  test("a full store rejects them all, with nothing applied, and the next write works", async () => {
    const kept = await node.replica.create({ title: "kept" });
    const before = { digest: await node.replica.digest(), status: node.replica.status() };
    fault = ({ operation }) => (operation === "commit" ? { kind: "error", code: "store_full" } : undefined);
    const settled = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => node.replica.transact((t) => t.modify(kept, { index }))),
    );
    for (const outcome of settled)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "store_full" } });
    expect({ digest: await node.replica.digest(), status: node.replica.status() }).toEqual(before);
    await expectSound([node]);
    fault = () => undefined;
    await node.replica.modify(kept, { title: "there is room again" });
    await restart(node);
    expect((await node.replica.get(kept))?.attributes).toEqual({ title: "there is room again" });
  });

  test("close waits for the one that runs", async () => {
    const gate = new Gate();
    const running = node.replica.transact(async (transaction) => {
      await gate.pass();
      return transaction.create({ title: "in time" });
    });
    await gate.reached;
    const closing = Promise.all([node.replica.close(), node.replica.close()]);
    gate.open();
    const { result } = await running;
    await closing;
    await restart(node);
    expect((await node.replica.get(result))?.attributes).toEqual({ title: "in time" });
  });
});

test("a uuid of the replica's own choosing is one", async () => {
  const uuids = await Promise.all([node.replica.create({}), node.replica.create({})]);
  expect(new Set(uuids).size).toBe(2);
  for (const uuid of uuids) expect(parseUuid(uuid)).toBe(uuid);
});
