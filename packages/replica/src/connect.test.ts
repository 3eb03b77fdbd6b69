import { memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connect, openReplica, type Replica } from "./index.js";

let left: Replica;
let right: Replica;

beforeEach(async () => {
  left = await openReplica({ storage: memoryStorage() });
  right = await openReplica({ storage: memoryStorage() });
});

afterEach(async () => {
  for (const replica of [left, right]) expect((await replica.verify()).problems).toEqual([]);
  await Promise.all([left.close(), right.close()]);
});

const inSync = (): Promise<void> =>
  vi.waitFor(
    async () => {
      for (const replica of [left, right]) expect(replica.status().partners[0]?.state).toBe("in-sync");
      expect(await left.digest()).toEqual(await right.digest());
    },
    { timeout: 30_000, interval: 5 },
  );

test("the empty side takes over the content of the other, then both follow each other", async () => {
  const uuid = await left.create({ title: "on the left" });
  const connection = connect(left, right);
  await inSync();
  await right.modify(uuid, { title: "on the right" });
  await inSync();
  expect((await left.get(uuid))?.attributes).toEqual({ title: "on the right" });
  connection.disconnect();
  expect(left.status().partners).toEqual([]);
});

test("whichever side it is", async () => {
  await right.create({ title: "on the right" });
  const { domainUuid } = right;
  connect(left, right);
  await inSync();
  expect(left.domainUuid).toBe(domainUuid);
});

test("two empty ones become one domain", async () => {
  connect(left, right);
  await inSync();
  await right.create({ title: "first" });
  await inSync();
  expect(left.status().totals.liveEntries).toBe(1);
});

test("two that both have content keep it, and say why they do not follow each other", async () => {
  await left.create({ title: "on the left" });
  await right.create({ title: "on the right" });
  connect(left, right);
  await vi.waitFor(() => {
    for (const replica of [left, right]) expect(replica.status().partners[0]?.state).toBe("domain-mismatch");
  });
  expect(left.status().totals.liveEntries).toBe(1);
  expect(right.status().totals.liveEntries).toBe(1);
});
