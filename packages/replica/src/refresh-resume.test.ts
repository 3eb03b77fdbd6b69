import type { Channel, Message } from "@concordat/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { settled } from "./testing/event-loop.js";
import { Gate } from "./testing/gate.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { cutAfter, held, observed } from "./testing/wire.js";

const ENTRIES = 9;
const CHUNK = 2;
/** Hello, Begin, five chunks, End. */
const FRAMES = 8;

let a: TestNode;
let b: TestNode;
/** Entries that B has received, over all tries. */
let transferred: number;

beforeEach(async () => {
  a = await testNode("a", { chunk: { entriesMax: CHUNK, bytesMax: 1 << 20 } });
  b = await testNode("b");
  await createEntries(a, ENTRIES);
  transferred = 0;
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

const count = (message: Message): void => {
  if (message.type === "chunk") transferred += message.records.length;
};

const counted = (): Channel => observed(dial(b, a), count);

const refreshCutAfter = async (frames: number): Promise<void> => {
  await expect(refreshFrom(b, a, { over: cutAfter(counted(), frames) })).rejects.toMatchObject({
    code: "connection_lost",
  });
};

const databases = async ({ options }: TestNode): Promise<number> => (await options.storage.names()).length;

describe("a refresh that is cut goes on where it stopped", () => {
  for (let frames = 2; frames < FRAMES; frames += 1) {
    test(`after ${frames} frames`, async () => {
      const before = await b.replica.digest();
      await refreshCutAfter(frames);
      expect(await b.replica.digest()).toEqual(before);
      expect(b.replica.status().refresh).toBeUndefined();
      expect(await refreshFrom(b, a, { over: counted() })).toMatchObject({ kind: "refreshed", entries: ENTRIES });
      expect(transferred).toBeLessThanOrEqual(ENTRIES + CHUNK);
      await expectConverged([a, b]);
    });
  }

  test("frame by frame, with nothing but cuts until the last one", async () => {
    for (let cuts = 0; cuts < 4; cuts += 1) await refreshCutAfter(4);
    await refreshFrom(b, a, { over: counted() });
    expect(transferred).toBeLessThanOrEqual(ENTRIES + 4 * CHUNK);
    await expectConverged([a, b]);
  });

  test("with what the supplier changed and deleted meanwhile", async () => {
    await refreshCutAfter(6);
    const { entries } = await a.replica.list();
    const [deleted, changed] = entries;
    if (!deleted || !changed) throw new Error("a has entries");
    await a.replica.delete(deleted.uuid);
    await a.replica.modify(changed.uuid, { title: "changed" });
    await createEntries(a, 2, "new");
    await refreshFrom(b, a);
    await expectConverged([a, b]);
  });

  test("with a server that the supplier met meanwhile", async () => {
    await refreshCutAfter(5);
    const c = await testNode("c");
    await refreshFrom(c, a);
    await createEntries(c, 3, "c's");
    await a.replica.pullFrom(dial(a, c));
    await refreshFrom(b, a);
    await expectConverged([a, b, c]);
    await c.replica.close();
  });

  test("after restarts of both", async () => {
    await refreshCutAfter(6);
    await restart(b);
    await restart(a);
    await refreshFrom(b, a, { over: counted() });
    expect(transferred).toBeLessThanOrEqual(ENTRIES + CHUNK);
    await expectConverged([a, b]);
  });
});

test("a copy of one supplier is of no use for another: it goes", async () => {
  await refreshCutAfter(6);
  expect(await databases(b)).toBe(2);
  const c = await testNode("c");
  await createEntries(c, 1, "c's");
  await refreshFrom(b, c);
  // The content of C, and what B had before.
  expect(await databases(b)).toBe(2);
  await expectConverged([b, c]);
  await c.replica.close();
});

test("a cut before the first chunk leaves nothing behind that stands in the way", async () => {
  for (const frames of [1, 2, 1, 2]) await refreshCutAfter(frames);
  expect(await databases(b)).toBeLessThanOrEqual(2);
  await refreshFrom(b, a);
  await expectConverged([a, b]);
});

describe("a refresh that is ended on this side", () => {
  test("by its signal: it rejects, nothing changed, and the next one goes on", async () => {
    const before = await b.replica.digest();
    const cancel = new AbortController();
    const gate = new Gate();
    const over = held(counted(), ({ type }) => (type === "end" ? gate.pass() : undefined));
    const refreshing = refreshFrom(b, a, { over, signal: cancel.signal });
    await gate.reached;
    cancel.abort();
    gate.open();
    await expect(refreshing).rejects.toMatchObject({ code: "closed" });
    expect(await b.replica.digest()).toEqual(before);
    await refreshFrom(b, a, { over: counted() });
    expect(transferred).toBeLessThanOrEqual(ENTRIES + CHUNK);
    await expectConverged([a, b]);
  });

  test("before it has begun", async () => {
    await expect(refreshFrom(b, a, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "closed" });
    await refreshFrom(b, a);
    await expectConverged([a, b]);
  });

  test("by the replica that closes: close waits for it, and the next process goes on", async () => {
    const gate = new Gate();
    const over = held(counted(), ({ type }) => (type === "end" ? gate.pass() : undefined));
    const refreshing = refreshFrom(b, a, { over }).catch((error: unknown) => error);
    await gate.reached;
    let closed = false;
    const closing = b.replica.close().then(() => {
      closed = true;
    });
    await settled();
    expect(closed).toBe(false);
    gate.open();
    await closing;
    expect(await refreshing).toMatchObject({ code: "closed" });
    await restart(b);
    await refreshFrom(b, a, { over: counted() });
    expect(transferred).toBeLessThanOrEqual(ENTRIES + CHUNK);
    await expectConverged([a, b]);
  });

  test("while it waits for a connection that never comes", async () => {
    const options = { origin: "repl://a", type: "pull", automaticRefresh: false } as const;
    b.replica.setPartners([{ ...options, connect: () => new Promise<Channel>(() => undefined) }]);
    const refreshing = b.replica.refresh().catch((error: unknown) => error);
    await b.replica.close();
    expect(await refreshing).toMatchObject({ code: "closed" });
    await restart(b);
  });

  test("and a connection that comes too late is closed", async () => {
    const options = { origin: "repl://a", type: "pull", automaticRefresh: false } as const;
    const gate = new Gate();
    const late = dial(b, a);
    const connect = async (): Promise<Channel> => {
      await gate.pass();
      return late;
    };
    b.replica.setPartners([{ ...options, connect }]);
    await gate.reached;
    b.replica.setPartners([]);
    gate.open();
    await expect(late.receive().then(() => late.receive())).rejects.toMatchObject({ code: "closed" });
  });
});
