import { faultyStorage, memoryStorage, type Storage } from "@concordat/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  closeAll,
  createEntries,
  expectConverged,
  expectSound,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let a: TestNode;
let b: TestNode;
let storage: Storage;

beforeEach(async () => {
  storage = memoryStorage();
  a = await testNode("a");
  b = await testNode("b", { storage });
  await createEntries(a, 5);
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

test("the database that a refresh replaced is kept until the next one succeeds", async () => {
  const [first] = await storage.names();
  await refreshFrom(b, a);
  expect(await storage.names()).toHaveLength(2);
  expect(await storage.names()).toContain(first);
  const [second] = (await storage.names()).filter((name) => name !== first);

  const empty = await testNode("empty");
  expect(await refreshFrom(b, empty)).toMatchObject({ kind: "refused" });
  expect(await storage.names()).toContain(first);
  await empty.replica.close();

  await refreshFrom(b, a);
  expect(await storage.names()).toHaveLength(2);
  expect(await storage.names()).toContain(second);
  await expectConverged([a, b]);
});

test("a restart keeps everything: content, identity, vector, cursors, and the replaced database", async () => {
  await refreshFrom(b, a);
  await createEntries(b, 2, "b's");
  const before = { status: b.replica.status(), digest: await b.replica.digest(), names: await storage.names() };
  await restart(b);
  expect({ status: b.replica.status(), digest: await b.replica.digest(), names: await storage.names() }).toEqual(
    before,
  );
  expect(await pullOnce(b, a)).toEqual({ kind: "up-to-date" });
  await createEntries(a, 1, "new");
  expect(await pullOnce(b, a)).toEqual({ kind: "applied", entries: 1 });
  expect(await pullOnce(a, b)).toEqual({ kind: "applied", entries: 2 });
  await expectConverged([a, b]);
});

test("it goes with the restart where it is not to be kept", async () => {
  await refreshFrom(b, a);
  await restart(b, { keepReplacedDatabase: false });
  expect(await storage.names()).toHaveLength(1);
  await expectConverged([a, b]);
});

test("three refreshes in a row leave two databases", async () => {
  for (let round = 0; round < 3; round += 1) {
    await createEntries(a, 1, `round ${round}`);
    expect(await refreshFrom(b, a)).toMatchObject({ kind: "refreshed", entries: 6 + round });
    await expectConverged([a, b]);
  }
  expect(await storage.names()).toHaveLength(2);
});

test("a database beside it that does not read stands in nobody's way", async () => {
  await b.replica.close();
  await storage.open();
  const store = await storage.openStore("debris");
  await store.commit({ operations: [{ key: Uint8Array.of(1), value: Uint8Array.of(2) }] });
  await storage.close();
  await restart(b);
  await refreshFrom(b, a);
  expect(await storage.names()).not.toContain("debris");
  await expectConverged([a, b]);
});

test("a disk that refuses any call of a refresh: nothing changed, and the next one goes through", async () => {
  let refusals = 0;
  for (; ; refusals += 1) {
    let calls = 0;
    let refuse = false;
    const inner = memoryStorage();
    const faulty = faultyStorage(inner, ({ operation }) => {
      if (!refuse || !["commit", "make_current", "open_store"].includes(operation)) return undefined;
      calls += 1;
      return calls === refusals + 1 ? { kind: "error", code: "store_full" } : undefined;
    });
    const node = await testNode("b", { storage: faulty });
    await createEntries(node, 2, "own");
    const before = await node.replica.digest();
    refuse = true;
    const outcome = await refreshFrom(node, a, { discardLocalChanges: true }).catch((error: unknown) => error);
    refuse = false;
    if (calls <= refusals) {
      await node.replica.close();
      break;
    }
    expect(outcome).toMatchObject({ code: "store_full" });
    expect(await node.replica.digest()).toEqual(before);
    await expectSound([node]);
    expect(await refreshFrom(node, a, { discardLocalChanges: true })).toMatchObject({
      kind: "refreshed",
      discarded: 2,
    });
    await expectConverged([a, node]);
    expect((await inner.names()).length).toBe(2);
    await node.replica.close();
  }
  // Opening and making the copy, three chunks, finishing it, making it current.
  expect(refusals).toBe(7);
});
