import { type Channel, channelPair } from "@concordat/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Database } from "./database/database.js";
import { ALL_FEED_ROWS } from "./database/key-space.js";
import { feedPagesOf } from "./database/snapshot-reads.js";
import { REPLICA_LIMITS } from "./replica-limits.js";
import { storedEntryLimits } from "./replica-node.js";
import { feedChunks } from "./session/feed-stream.js";
import { Gate } from "./testing/gate.js";
import { type ExposedStorage, exposedStorage } from "./testing/raw-rows.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  originOf,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held, observed, wrapped } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  a = await testNode("a");
  b = await testNode("b");
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

/** Frames of a supplier: asked to be sent, let go on, and taken by the consumer. */
interface Frames {
  asked: number;
  sent: number;
  taken: number;
  /** The most that were on their way, and the most that waited to be sent. */
  onTheirWay: number;
  waiting: number;
}

const QUEUE = 2;

/** A connection with a short queue, whose frames are counted. */
const countedDial = (consumer: TestNode, supplier: TestNode, frames: Frames): Channel => {
  const partners = [originOf(supplier), originOf(consumer)] as const;
  const [near, far] = channelPair({ partners, queueFramesMax: QUEUE });
  const note = (): void => {
    frames.waiting = Math.max(frames.waiting, frames.asked - frames.sent);
    frames.onTheirWay = Math.max(frames.onTheirWay, frames.asked - frames.taken);
  };
  const send = async (parts: readonly Uint8Array[]): Promise<void> => {
    frames.asked += 1;
    note();
    await far.send(parts);
    frames.sent += 1;
  };
  void supplier.replica.accept(wrapped(far, { send }));
  return wrapped(near, {
    receive: async (options) => {
      const payload = await near.receive(options);
      frames.taken += 1;
      return payload;
    },
  });
};

describe("a stream of many chunks", () => {
  test("waits for its consumer: a few are on their way, whatever the size of the database", async () => {
    await createEntries(a, 300);
    const frames: Frames = { asked: 0, sent: 0, taken: 0, onTheirWay: 0, waiting: 0 };
    const gate = new Gate();
    const over = held(countedDial(b, a, frames), ({ type }) => (type === "begin" ? gate.pass() : undefined));
    const refreshing = refreshFrom(b, a, { over });
    await gate.reached;
    // Hello and Begin were taken: what follows fills the queue, and no more.
    await vi.waitFor(() => expect(frames.asked).toBe(2 + QUEUE), { timeout: 30_000, interval: 2 });
    gate.open();
    expect(await refreshing).toMatchObject({ kind: "refreshed", entries: 300 });
    expect(frames.taken).toBe(2 + 150 + 1);
    expect(frames.waiting).toBe(1);
    expect(frames.onTheirWay).toBeLessThanOrEqual(QUEUE);
    await expectConverged([a, b]);
  });

  test("is applied before more of it is taken", async () => {
    await createEntries(a, 40);
    await refreshFrom(b, a);
    await createEntries(a, 40, "new");
    const applied = (): number => b.replica.status().totals.liveEntries - 40;
    let taken = 0;
    let ahead = 0;
    const over = observed(dial(b, a), (message) => {
      if (message.type !== "chunk") return;
      taken += message.records.length;
      ahead = Math.max(ahead, taken - applied());
    });
    await b.replica.pullFrom(over);
    // One group is on its way to the disk while the next one comes, and one chunk is held back until its successor shows that it
    // is not the last.
    expect(ahead).toBeLessThanOrEqual((2 * REPLICA_LIMITS.chunksAppliedMax + 1) * 2);
    await expectConverged([a, b]);
  });

  test("small changes of large entries count as large ones: they have to be read to be merged", async () => {
    const large = await testNode("large", { chunk: { entriesMax: 2_000, bytesMax: 1 << 20 } });
    const text = "x".repeat(200_000);
    const uuids = await Promise.all(Array.from({ length: 12 }, () => large.replica.create({ text })));
    await refreshFrom(b, large);
    await Promise.all(uuids.map((uuid) => large.replica.modify(uuid, { title: "small" })));
    const counts: number[] = [];
    const over = observed(dial(b, large), (message) => {
      if (message.type === "chunk") counts.push(message.records.length);
    });
    await b.replica.pullFrom(over);
    expect(counts).toEqual([6, 6]);
    await expectConverged([large, b]);
    await large.replica.close();
  });
});

describe("the way along the feed", () => {
  let storage: ExposedStorage;
  let node: TestNode;

  beforeEach(async () => {
    storage = exposedStorage();
    node = await testNode("node", { storage });
  });

  afterEach(async () => {
    await node.replica.close();
  });

  const readSizes = async (): Promise<number[]> => {
    const sizes: number[] = [];
    const snapshot = await storage.store.snapshot();
    for await (const rows of feedPagesOf(snapshot, ALL_FEED_ROWS)) sizes.push(rows.length);
    await snapshot.close();
    return sizes;
  };

  test("reads small entries many at a time, large ones few", async () => {
    await createEntries(node, 300);
    expect(await readSizes()).toEqual([16, 128, 112, 44]);
    const text = "x".repeat(1 << 16);
    await Promise.all(Array.from({ length: 160 }, () => node.replica.create({ text })));
    for (const size of (await readSizes()).slice(5)) expect(size).toBeLessThanOrEqual(16);
  });

  test("says how far it is although there is nothing to send", async () => {
    await createEntries(node, 100);
    const limits = storedEntryLimits();
    const database = await Database.open("", storage.store, limits);
    if (database === undefined) throw new Error("the database is there");
    const snapshot = await storage.store.snapshot();
    const reached: number[] = [];
    const after = { sequence: 0, scanned: undefined };
    const part = { after, head: 400, seen: () => Number.MAX_SAFE_INTEGER };
    for await (const { place, records } of feedChunks(database, snapshot, part, undefined, 50)) {
      expect(records).toEqual([]);
      reached.push(place.sequence);
    }
    await snapshot.close();
    const { sequence: head } = database.state.head;
    expect(reached.at(-1)).toBeGreaterThan(head - 50);
    expect(reached[0]).toBe((reached[1] ?? 0) - 50);
  });
});

test("a pull that finds nothing changes nothing", async () => {
  await createEntries(a, 3);
  await refreshFrom(b, a);
  const before = b.replica.status();
  expect(await pullOnce(b, a)).toEqual({ kind: "up-to-date" });
  expect(b.replica.status()).toEqual(before);
});
