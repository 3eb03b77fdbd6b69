import type { Ruv } from "@concordat/crdt";
import type { Channel } from "@concordat/protocol";
import { expect, test } from "vitest";
import { REPLICA_LIMITS } from "./replica-limits.js";
import { settled } from "./testing/event-loop.js";
import { becomes, eventually, link, statusOf, usePairOfCopies } from "./testing/links.js";
import {
  createEntries,
  dial,
  expectConverged,
  partner,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { wrapped } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

const seenOf = (ruv: Ruv | undefined) => [...(ruv ?? [])].map(([server, { seen }]) => [server, seen]).sort();

usePairOfCopies((pair) => {
  [a, b] = pair;
});

test("a write reaches an idle partner while no clock moves", async () => {
  await link(a, b);
  const [uuid] = await createEntries(a, 1, "pushed");
  await eventually(async () => expect(uuid && (await b.replica.get(uuid))).toBeDefined());
  const [back] = await createEntries(b, 1, "pushed back");
  await eventually(async () => expect(back && (await a.replica.get(back))).toBeDefined());
  await expectConverged([a, b]);
});

test("it goes on through a node in the middle", async () => {
  const c = await testNode("c");
  await refreshFrom(c, a);
  await link(a, b);
  c.replica.setPartners([partner(c, b)]);
  await becomes(c, b, "in-sync");
  const [uuid] = await createEntries(a, 1, "relayed");
  await eventually(async () => expect(uuid && (await c.replica.get(uuid))).toBeDefined());
  await becomes(c, b, "in-sync");
  await expectConverged([a, b, c]);
  await c.replica.close();
});

test("many writes in a row arrive, all of them", async () => {
  await link(a, b);
  for (let index = 0; index < 20; index += 1) await createEntries(a, 1, `write ${index}`);
  await eventually(() => expect(b.replica.status().totals).toEqual(a.replica.status().totals));
  expect(statusOf(b)).toMatchObject({ state: "in-sync", entriesApplied: 20, failures: 0, connected: true });
  expect(statusOf(b).bytesReceived).toBeGreaterThan(0);
  await expectConverged([a, b]);
});

test("whoever supplied a change is not told of it as news", async () => {
  await link(a, b);
  await becomes(a, b, "in-sync");
  const pullsBefore = statusOf(a).pulls;
  for (let index = 0; index < 5; index += 1) {
    const [uuid] = await createEntries(a, 1, `write ${index}`);
    await eventually(async () => expect(uuid && (await b.replica.get(uuid))).toBeDefined());
  }
  await settled();
  expect(statusOf(a).pulls).toBe(pullsBefore);
  expect(statusOf(b).behindBy).toEqual({ seconds: 0, changes: 0 });
  expect(seenOf(statusOf(b).acknowledgedRuv)).toEqual(seenOf(a.replica.ruv()));
  const [uuid] = await createEntries(b, 1, "from b");
  await eventually(async () => expect(uuid && (await a.replica.get(uuid))).toBeDefined());
  await expectConverged([a, b]);
});

test("who writes a lot itself is told of others' writes as soon as anybody: its own, coming back as news, do not count against the partner", async () => {
  const c = await testNode("c");
  await refreshFrom(c, a);
  // In a circle, so that they come back from one who had them from somebody else.
  for (const [one, other] of [
    [a, b],
    [b, c],
    [c, a],
  ] as const) {
    one.replica.setPartners([partner(one, other, { type: "pull" })]);
    await becomes(one, other, "in-sync");
  }
  const asked = () => statusOf(a).pulls;
  for (let index = 0; index < 3 * REPLICA_LIMITS.hollowChangesMax; index += 1) {
    const before = asked();
    await createEntries(a, 1, `write ${index}`);
    await eventually(() => expect(asked()).toBeGreaterThan(before));
  }
  const [uuid] = await createEntries(b, 1, "from b");
  await eventually(async () => expect(uuid && (await a.replica.get(uuid))).toBeDefined());
  await c.replica.close();
});

test("an idle link is quiet", async () => {
  let sent = 0;
  const counted = (channel: Channel): Channel =>
    wrapped(channel, {
      send: (parts) => {
        sent += 1;
        return sent > 100 ? new Promise<void>(() => undefined) : channel.send(parts);
      },
    });
  b.replica.setPartners([partner(b, a, { connect: async () => counted(dial(b, a)) })]);
  await becomes(b, a, "in-sync");
  await settled();
  // Hello, one pull, one subscription; the same again for each change.
  expect(sent).toBe(3);
  await createEntries(a, 1, "pushed");
  await settled();
  expect(sent).toBe(5);
  await expectConverged([a, b]);
});

test("an idle link hears that its partner is alive, and stays", async () => {
  await link(a, b);
  const before = statusOf(b).lastPullAtMicros ?? 0;
  b.clock.advance(REPLICA_LIMITS.subscribeHeartbeatMs);
  a.clock.advance(REPLICA_LIMITS.subscribeHeartbeatMs);
  await eventually(() => expect(statusOf(b).lastPullAtMicros).toBeGreaterThan(before));
  expect(statusOf(b)).toMatchObject({ state: "in-sync", connected: true });
  expect(statusOf(a).lastSuppliedAtMicros).toBe(a.clock.micros);
});
