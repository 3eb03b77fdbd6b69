import { faultyStorage, memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Gate } from "../testing/gate.js";
import { eventually } from "../testing/links.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
  topology,
} from "../testing/test-topology.js";
import { held } from "../testing/wire.js";

/** Copies of one domain. What `author` writes is delivered in part, and then `author` is gone for good. */
let author: TestNode;
let reader: TestNode;
let other: TestNode;

/** The first chunk is applied once the second has come. */
const IN_PART = { afterFrames: 4 };

beforeEach(async () => {
  [author, reader, other] = (await topology(["author", "reader", "other"])) as [TestNode, TestNode, TestNode];
  // None of them is empty.
  await createEntries(author, 1);
  await heal([author, reader, other]);
  await createEntries(author, 5, "delivered early");
});

afterEach(async () => {
  await closeAll([author, reader, other]);
});

const liveEntries = ({ replica }: TestNode): number => replica.status().totals.liveEntries;

test("what a pull brought that never ended is passed on, though its author never comes back", async () => {
  expect(await pullOnce(reader, author, IN_PART)).toBe("cut");
  expect(liveEntries(reader)).toBe(3);
  await heal([reader, other]);
  expect(liveEntries(other)).toBe(3);
  await expectConverged([reader, other]);
  expect(await pullOnce(other, reader)).toEqual({ kind: "up-to-date" });
});

test("it is passed on though its author was refreshed, and has discarded it", async () => {
  await pullOnce(reader, author, IN_PART);
  await refreshFrom(author, other, { discardLocalChanges: true });
  await heal([author, reader, other]);
  expect([author, reader, other].map(liveEntries)).toEqual([3, 3, 3]);
  await expectConverged([author, reader, other]);
});

test("it is passed on though the power went when the pull was cut", async () => {
  const disk = memoryStorage();
  let commits = Number.POSITIVE_INFINITY;
  const storage = faultyStorage(disk, ({ operation }) => {
    if (operation !== "commit") return undefined;
    commits -= 1;
    return commits < 0 ? { kind: "power_loss", applied: false } : undefined;
  });
  const weak = await testNode("weak", { storage });
  await refreshFrom(weak, other);
  commits = 1;
  await expect(pullOnce(weak, author, IN_PART)).rejects.toMatchObject({ code: "store_io" });
  await storage.losePower();
  const [before] = [weak.replica];
  weak.replica = (await testNode("weak", { storage: disk })).replica;
  expect(liveEntries(weak)).toBe(3);
  await eventually(() => expect(weak.replica.status().ruv.has(weak.replica.serverUuid)).toBe(true));
  await heal([weak, other]);
  await expectConverged([weak, other]);
  await Promise.all([before.close(), weak.replica.close()].map((closed) => closed.catch(() => undefined)));
});

test("whoever was given it by one in the middle of a pull passes it on, though both of those are gone", async () => {
  const last = await testNode("last");
  await refreshFrom(last, other);
  await reader.replica.create({ title: "of the reader" });
  await pullOnce(last, reader);
  const gate = new Gate();
  const slow = held(dial(reader, author), ({ type }) => (type === "end" ? gate.pass() : undefined));
  const pulling = reader.replica.pullFrom(slow);
  await gate.reached;
  await eventually(() => expect(liveEntries(reader)).toBe(4));
  await pullOnce(other, reader);
  expect(liveEntries(other)).toBe(4);
  await heal([other, last]);
  expect(liveEntries(last)).toBe(4);
  await expectConverged([other, last]);
  gate.open();
  await pulling;
  await last.replica.close();
});
