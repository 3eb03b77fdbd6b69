import type { ChangeId } from "@concordat/crdt";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  closeAll,
  expectConverged,
  expectSound,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let node: TestNode;

beforeEach(async () => {
  node = await testNode("a");
});

afterEach(async () => {
  await expectSound([node]);
  await closeAll([node]);
});

const write = async ({ replica }: TestNode): Promise<ChangeId> => {
  const { changeId } = await replica.transact((transaction) => transaction.create({}));
  if (changeId === undefined) throw new Error("a creation takes a change id");
  return changeId;
};

test("follows the wall clock while that moves", async () => {
  node.clock.micros += 5_000;
  expect((await write(node)).ts).toBe(node.clock.micros);
});

test("is never issued twice, whatever the wall clock does, and across restarts", async () => {
  type Step = { readonly jump: number; readonly restart: boolean; readonly writes: number };
  const step: fc.Arbitrary<Step> = fc.record({
    jump: fc.oneof(fc.constant(0), fc.integer({ min: -10_000_000, max: 10_000_000 })),
    restart: fc.boolean(),
    writes: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const own = await testNode("own");
      let last = own.replica.ruv().get(own.replica.serverUuid)?.seen ?? 0;
      for (const { jump, restart: restarts, writes } of steps) {
        own.clock.micros += jump;
        if (restarts) await restart(own);
        for (let index = 0; index < writes; index += 1) {
          const { ts } = await write(own);
          expect(ts).toBeGreaterThan(last);
          last = ts;
        }
      }
      await expectSound([own]);
      await own.replica.close();
    }),
    { numRuns: 40 },
  );
});

test("is later than all that was pulled, so that a slow clock can still overwrite what it has read", async () => {
  const slow = await testNode("slow");
  await refreshFrom(slow, node);
  node.clock.micros += 60_000_000;
  const { changeId: theirs, result: uuid } = await node.replica.transact((t) => t.create({ title: "fast" }));
  await pullOnce(slow, node);
  await restart(slow);
  const { changeId: ours } = await slow.replica.transact((t) => t.modify(uuid, { title: "slow" }));
  expect(ours?.ts).toBeGreaterThan(theirs?.ts ?? Number.NaN);
  await pullOnce(node, slow);
  expect((await node.replica.get(uuid))?.attributes).toEqual({ title: "slow" });
  await expectConverged([node, slow]);
  await slow.replica.close();
});

test("is later than an early delivery, too, whose vector was never claimed", async () => {
  const other = await testNode("other");
  await write(node);
  await refreshFrom(other, node);
  node.clock.micros += 60_000_000;
  for (let index = 0; index < 6; index += 1) await write(node);
  const newest = node.replica.ruv().get(node.replica.serverUuid)?.seen ?? 0;
  expect(await pullOnce(other, node, { afterFrames: 5 })).toBe("cut");
  await restart(other);
  const { entries } = await other.replica.list();
  const received = Math.max(...entries.map(({ modifiedAt }) => modifiedAt.ts));
  expect(received).toBeLessThan(newest);
  expect((await write(other)).ts).toBeGreaterThan(received);
  await expectSound([other]);
  await other.replica.close();
});

test("of a refreshed node is of a new server", async () => {
  const other = await testNode("other");
  await write(node);
  const before = await write(other);
  await refreshFrom(other, node, { discardLocalChanges: true });
  const after = await write(other);
  expect(after.server).not.toBe(before.server);
  expect(after.server).toBe(other.replica.serverUuid);
  await expectSound([other]);
  await other.replica.close();
});
