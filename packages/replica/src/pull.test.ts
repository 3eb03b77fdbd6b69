import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ruvRowBytes, ruvRowOf } from "./database/rows.js";
import { Gate } from "./testing/gate.js";
import { type ExposedStorage, exposedStorage, rawRows } from "./testing/raw-rows.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held, observed } from "./testing/wire.js";

let storage: ExposedStorage;
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  storage = exposedStorage();
  a = await testNode("a", { storage });
  b = await testNode("b");
  await createEntries(a, 3);
  await refreshFrom(b, a);
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

/** Entries that a pull of B from A transfers. */
const transferred = async (): Promise<number> => {
  let entries = 0;
  const over = observed(dial(b, a), (message) => {
    if (message.type === "chunk") entries += message.records.length;
  });
  await b.replica.pullFrom(over);
  return entries;
};

describe("a pull", () => {
  test("that another overtook applies nothing more, and takes no cursor back", async () => {
    await createEntries(a, 6, "pulled twice");
    const gate = new Gate();
    const slow = held(dial(b, a), ({ type }) => (type === "chunk" ? gate.pass() : undefined));
    const overtaken = b.replica.pullFrom(slow);
    await gate.reached;
    expect(await pullOnce(b, a)).toMatchObject({ kind: "applied" });
    gate.open();
    expect(await overtaken).toEqual({ kind: "superseded" });
    await createEntries(a, 1, "the only one that is new");
    expect(await transferred()).toBe(1);
    await expectConverged([a, b]);
  });

  test("sends what changed since the last one, not what it would have to look at", async () => {
    await createEntries(a, 50, "more");
    expect(await transferred()).toBe(50);
    await createEntries(a, 2, "new");
    expect(await transferred()).toBe(2);
    expect(await transferred()).toBe(0);
  });

  test("closes its connection, and so does a replica that is closed", async () => {
    const over = dial(b, a);
    await b.replica.pullFrom(over);
    await expect(over.receive()).rejects.toMatchObject({ code: "closed" });
    await b.replica.close();
    const late = dial(b, a);
    await expect(b.replica.pullFrom(late)).rejects.toMatchObject({ code: "closed" });
    await expect(late.receive()).rejects.toMatchObject({ code: "closed" });
    await restart(b);
  });

  test("that runs is ended by closing the replica", async () => {
    await createEntries(a, 6, "new");
    const gate = new Gate();
    const pulling = b.replica
      .pullFrom(held(dial(b, a), ({ type }) => (type === "chunk" ? gate.pass() : undefined)))
      .catch((error: unknown) => error);
    await gate.reached;
    await b.replica.close();
    gate.open();
    expect(await pulling).toMatchObject({ code: expect.stringMatching(/closed/) });
    await restart(b);
  });
});

/** Writes the rows of A's vector anew while A is closed, as a purge would have left them. */
const purge = async (node: TestNode, from: ExposedStorage, upTo: (seen: number) => number): Promise<void> => {
  const { r } = await rawRows(from.store);
  const operations = r.map((row) => {
    const { server, row: value } = ruvRowOf(row.value);
    return { key: row.key, value: ruvRowBytes(server, { ...value, purged: upTo(value.seen) }) };
  });
  await from.store.commit({ operations });
  await restart(node);
};

describe("a supplier", () => {
  test("that has purged what the consumer has not seen asks for a refresh, which mends it", async () => {
    await createEntries(a, 2, "unseen");
    await purge(a, storage, (seen) => seen);
    expect(await pullOnce(b, a)).toMatchObject({
      kind: "refresh-required",
      lags: [{ server: a.replica.serverUuid, purged: a.replica.ruv().get(a.replica.serverUuid)?.seen }],
    });
    await refreshFrom(b, a);
    expect(b.replica.ruv()).toEqual(a.replica.ruv());
    expect(await pullOnce(b, a)).toEqual({ kind: "up-to-date" });
    await expectConverged([a, b]);
  });

  test("that has not seen what the consumer has purged is unwilling", async () => {
    await createEntries(a, 2, "purged here");
    const c = await testNode("c");
    await refreshFrom(c, a);
    await purge(a, storage, (seen) => seen);
    expect(await pullOnce(a, b)).toMatchObject({ kind: "unwilling", reason: "supplier-lags" });
    await c.replica.close();
  });

  test("where each lacks what the other has purged, neither supplies the other", async () => {
    const theirs = exposedStorage();
    const c = await testNode("c", { storage: theirs });
    await refreshFrom(c, a);
    await createEntries(a, 1);
    await createEntries(c, 1);
    await purge(a, storage, (seen) => seen);
    await purge(c, theirs, (seen) => seen);
    expect(await pullOnce(a, c)).toMatchObject({ kind: "unwilling", reason: "critical" });
    expect(await pullOnce(c, a)).toMatchObject({ kind: "unwilling", reason: "critical" });
    await expectSound([c]);
    await c.replica.close();
  });
});
