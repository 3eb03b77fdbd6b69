import { sameBytes, type Uuid } from "@concordat/crdt";
import { faultyStorage, memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkBackup, restoreStorage } from "./index.js";
import { backupOf, inPieces, madeUpBackup, rowsOfBackup } from "./testing/backups.js";
import {
  closeAll,
  createEntries,
  expectConverged,
  expectSound,
  heal,
  pullOnce,
  restart,
  type TestNode,
  testNode,
  topology,
} from "./testing/test-topology.js";

let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  [a, b] = (await topology(["a", "b"])) as [TestNode, TestNode];
  await createEntries(a, 300);
  await heal([a, b]);
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

test("gives back the moment of the backup, under another server uuid, and partners give back the rest", async () => {
  const then = await a.replica.digest();
  const backup = await backupOf(a);
  const before = a.replica.serverUuid;
  const [late] = await createEntries(a, 2, "late");
  await heal([a, b]);

  const outcome = await a.replica.restore({ backup: inPieces(backup), discardLocalChanges: true });
  expect(outcome).toMatchObject({ kind: "restored", entries: 300, discarded: 2, serverUuid: a.replica.serverUuid });
  expect(a.replica.serverUuid).not.toBe(before);
  expect(await a.replica.digest()).toEqual(then);
  await createEntries(a, 1, "after");
  await heal([a, b]);
  expect(await a.replica.get(late as NonNullable<typeof late>)).toBeDefined();
  await expectConverged([a, b]);
});

test("touches nothing when something would be lost", async () => {
  const backup = await backupOf(a);
  const [late] = await createEntries(a, 1, "late");
  const digest = await a.replica.digest();
  const { serverUuid } = a.replica;
  expect(await a.replica.restore({ backup: inPieces(backup) })).toEqual({
    kind: "would-discard",
    entries: 1,
    sample: [late],
  });
  expect(await a.replica.digest()).toEqual(digest);
  expect(a.replica.serverUuid).toBe(serverUuid);
  expect(await a.options.storage.names()).toHaveLength(1);
});

test("counts what is written while it runs, and hands what is lost to onDiscard", async () => {
  const lost: string[] = [];
  await restart(a, {
    onDiscard: async (entries) => {
      for await (const { attributes } of entries) lost.push(String(attributes.title));
    },
  });
  const backup = await backupOf(a);
  const writing = async function* () {
    for await (const piece of inPieces(backup, 4_096)) {
      yield piece;
      await createEntries(a, 1, "meanwhile");
    }
  };
  expect(await a.replica.restore({ backup: writing() })).toMatchObject({ kind: "would-discard" });
  const { liveEntries } = await a.replica.digest();
  expect(await a.replica.restore({ backup: writing(), discardLocalChanges: true })).toMatchObject({
    kind: "restored",
    discarded: lost.length,
  });
  expect(lost.length).toBeGreaterThan(liveEntries - 300);
  expect(await a.options.storage.names()).toHaveLength(2);
});

test("a damaged backup changes nothing, wherever the damage is", async () => {
  const backup = await backupOf(a);
  const digest = await a.replica.digest();
  const names = await a.options.storage.names();
  for (const at of [3, 40, 900, backup.length >> 1, backup.length - 20]) {
    const flipped = backup.slice();
    flipped[at] = (flipped[at] as number) ^ 1;
    for (const damaged of [flipped, backup.subarray(0, at)]) {
      await expect(a.replica.restore({ backup: inPieces(damaged) })).rejects.toMatchObject({ name: "ReplicaError" });
      expect(await a.options.storage.names()).toEqual(names);
    }
  }
  expect(await a.replica.digest()).toEqual(digest);
});

test("a backup that somebody made up is refused, or restored, whatever its rows are", async () => {
  const [uuid] = await createEntries(a, 1, "contested");
  await heal([a, b]);
  for (const { replica } of [a, b]) await replica.modify(uuid as Uuid, { title: replica.serverUuid });
  await heal([a, b]);
  await a.replica.delete((await createEntries(a, 1))[0] as Uuid);
  await heal([a, b]);
  const backup = await backupOf(a);
  const spaces = new Map(rowsOfBackup(backup).map(({ key }) => [key[0], key]));
  const damages = [
    (value: Uint8Array) => value.subarray(1),
    (value: Uint8Array) => value.subarray(0, -1),
    (value: Uint8Array) => value.map((byte) => byte ^ 0xff),
    () => new Uint8Array(),
  ];
  let refused = 0;
  for (const target of spaces.values()) {
    for (const damage of damages) {
      const made = madeUpBackup(backup, (row) =>
        sameBytes(row.key, target) ? { ...row, value: damage(row.value) } : row,
      );
      const storage = memoryStorage();
      const outcome = await restoreStorage({ storage, backup: inPieces(made, 100_000) }).catch((error) => error);
      if (outcome.kind === "restored") continue;
      expect(outcome).toMatchObject({ name: "ReplicaError", code: "backup_damaged" });
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(5);
});

test("one at a time, and it can be cancelled", async () => {
  const backup = await backupOf(a);
  const cancelled = new AbortController();
  const first = a.replica.restore({
    backup: inPieces(backup, 4_096),
    signal: cancelled.signal,
    onProgress: () => cancelled.abort(),
  });
  expect(await a.replica.restore({ backup: inPieces(backup) })).toMatchObject({ kind: "refused" });
  await expect(first).rejects.toThrow();
  expect(await a.options.storage.names()).toHaveLength(1);
  expect(await a.replica.restore({ backup: inPieces(backup) })).toMatchObject({ kind: "restored" });
});

test.each([false, true])(
  "power that goes at any call (applied: %s) leaves the old database or the new one",
  async (applied) => {
    const backup = await backupOf(a);
    const { sha256 } = await a.replica.digest();
    const met = new Set<"old" | "new">();
    for (let at = 0; ; at += 1) {
      const inner = memoryStorage();
      const whole = await testNode("whole", { storage: inner });
      await createEntries(whole, 1, "whole's own");
      const own = (await whole.replica.digest()).sha256;
      await whole.replica.close();
      let calls = 0;
      const storage = faultyStorage(inner, ({ operation }) => {
        if (operation === "get_many" || operation === "scan" || operation === "snapshot") return undefined;
        calls += 1;
        return calls > at ? { kind: "power_loss", applied } : undefined;
      });
      await restoreStorage({ storage, backup: inPieces(backup), discardLocalChanges: true }).catch(() => undefined);
      await storage.losePower();
      const after = await testNode("after", { storage: inner });
      const found = (await after.replica.digest()).sha256;
      await expectSound([after]);
      await after.replica.close();
      expect([own, sha256]).toContain(found);
      met.add(found === own ? "old" : "new");
      if (calls <= at) break;
    }
    expect(met.size).toBe(2);
  },
);

test("restores a storage that nobody has open: empty, or with a database that does not read", async () => {
  const backup = await backupOf(a);
  const storage = memoryStorage();
  expect(await restoreStorage({ storage, backup: inPieces(backup) })).toMatchObject({ kind: "restored", entries: 300 });
  const copy = await testNode("copy", { storage });
  expect(await pullOnce(copy, b)).toMatchObject({ kind: "up-to-date" });
  await createEntries(copy, 1, "of the copy");
  await heal([a, b, copy]);
  await expectConverged([a, b, copy]);
  await copy.replica.close();

  const broken = memoryStorage();
  await broken.open();
  const store = await broken.openStore("db-broken");
  await store.commit({ operations: [{ key: new TextEncoder().encode("mformat"), value: new Uint8Array(8).fill(9) }] });
  await broken.makeCurrent("db-broken");
  await broken.close();
  expect(await restoreStorage({ storage: broken, backup: inPieces(backup) })).toMatchObject({ kind: "unreadable" });
  expect(await restoreStorage({ storage: broken, backup: inPieces(backup), discardLocalChanges: true })).toMatchObject({
    kind: "restored",
  });
  expect((await checkBackup(inPieces(backup))).totals.liveEntries).toBe(300);
});
