import { type ChangeId, conflictUuid, type Uuid } from "@concordat/crdt";
import { faultyStorage, memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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

describe("of an entry that lost its uuid, a pull that is cut brings a change, and not who took it", () => {
  const uuid = "00000000-0000-4000-8000-000000000001" as Uuid;
  let lost: Uuid;

  /** `author` gives `uuid` to another and changes what lost it; `reader` hears of the change alone. */
  beforeEach(async () => {
    await heal([author, reader, other]);
    await author.replica.create({ title: "of the author" }, { uuid });
    reader.clock.advance(1_000);
    const { changeId } = await reader.replica.transact((transaction) =>
      transaction.create({ title: "of the reader" }, { uuid }),
    );
    lost = conflictUuid(uuid, changeId as ChangeId);
    await pullOnce(author, reader);
    await author.replica.modify(lost, { note: "by the author" });
    await createEntries(author, 2);
    await author.replica.modify(uuid, { note: "unheard of" });
  });

  test("it is changed where it is held", async () => {
    expect(await pullOnce(reader, author, IN_PART)).toBe("cut");
    expect(await reader.replica.get(lost)).toBeUndefined();
    expect((await reader.replica.get(uuid))?.attributes).toEqual({ title: "of the reader", note: "by the author" });
    await heal([author, reader, other]);
    expect((await reader.replica.get(uuid))?.attributes).toEqual({ title: "of the author", note: "unheard of" });
    expect((await reader.replica.get(lost))?.attributes).toEqual({ title: "of the reader", note: "by the author" });
    await expectConverged([author, reader, other]);
  });

  test("nothing stays of it once it is deleted and purged", async () => {
    await pullOnce(reader, author, IN_PART);
    await reader.replica.delete(uuid);
    await pullOnce(author, reader);
    await purgeLater([author, reader]);
    await heal([author, reader]);
    expect(await author.replica.lookup(lost)).toEqual({ kind: "absent" });
    expect(await reader.replica.lookup(lost)).toEqual({ kind: "absent" });
    await expectConverged([author, reader]);
  });

  test("who heard first of it under its own uuid keeps it there, whoever tells of the other", async () => {
    expect(await pullOnce(other, author, IN_PART)).toBe("cut");
    const whole = { title: "of the reader", note: "by the author" };
    expect((await other.replica.get(lost))?.attributes).toEqual(whole);
    await reader.replica.modify(uuid, { title: "again of the reader" });
    await pullOnce(other, reader);
    expect(await other.replica.get(uuid)).toBeUndefined();
    expect((await other.replica.get(lost))?.attributes).toEqual({ ...whole, title: "again of the reader" });
    await heal([author, reader, other]);
    await expectConverged([author, reader, other]);
  });
});

const purgeLater = async (nodes: readonly TestNode[]): Promise<void> => {
  for (const { clock } of nodes) clock.advance(8 * 24 * 3_600_000);
  for (const { replica } of nodes) await replica.purge();
};
