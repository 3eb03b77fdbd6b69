import { type Uuid, uuidFromBytes } from "@concordat/crdt";
import { type Channel, channelPair, DEFAULT_LIMITS, openConversation } from "@concordat/protocol";
import { afterEach, expect, test } from "vitest";
import { entryKey } from "./database/key-space.js";
import type { ComparisonOutcome, ReplicaOptions } from "./index.js";
import { type ExposedStorage, exposedStorage } from "./testing/raw-rows.js";
import {
  closeAll,
  createEntries,
  dial,
  heal,
  originOf,
  partner,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let nodes: TestNode[] = [];

afterEach(async () => {
  await closeAll(nodes);
  nodes = [];
});

interface Exposed {
  readonly node: TestNode;
  readonly storage: ExposedStorage;
}

const pair = async (count: number, options: Partial<ReplicaOptions> = {}): Promise<[Exposed, Exposed, Uuid[]]> => {
  const whole = { chunk: { entriesMax: 512, bytesMax: 262_144 }, ...options };
  const [left, right] = [exposedStorage(), exposedStorage()];
  const a = await testNode("a", { ...whole, storage: left });
  const b = await testNode("b", { ...whole, storage: right });
  nodes = [a, b];
  const uuids: Uuid[] = [];
  for (let done = 0; done < count; done += 10_000)
    uuids.push(...(await createEntries(a, Math.min(10_000, count - done))));
  await refreshFrom(b, a);
  return [{ node: a, storage: left }, { node: b, storage: right }, uuids.sort()];
};

/** Over a connection that nobody uses for anything else. */
const compared = async (
  from: TestNode,
  to: TestNode,
  options: Parameters<TestNode["replica"]["compareWith"]>[1] = {},
  connect: () => Promise<Channel> = async () => dial(from, to),
): Promise<ComparisonOutcome> => {
  let calls = 0;
  const onlyWhenAsked = (): Promise<Channel> => {
    calls += 1;
    return calls === 1 ? new Promise(() => undefined) : connect();
  };
  from.replica.setPartners([partner(from, to, { connect: onlyWhenAsked })]);
  try {
    return await from.replica.compareWith(originOf(to), options);
  } finally {
    from.replica.setPartners([]);
  }
};

const rowOf = async ({ storage }: Exposed, uuid: Uuid): Promise<Uint8Array> => {
  const [row] = await storage.store.getMany([entryKey(uuid)]);
  if (row === undefined) throw new Error(`no row of ${uuid}`);
  return row.slice();
};

/** As damage would: no change of the entry, no word in the vector. */
const lose = ({ storage }: Exposed, uuid: Uuid): Promise<void> =>
  storage.store.commit({ operations: [{ key: entryKey(uuid), value: undefined }] });

/** The last letter of its title is another. */
const alter = async (exposed: Exposed, uuid: Uuid): Promise<void> => {
  const value = await rowOf(exposed, uuid);
  value[value.length - 1] = (value.at(-1) as number) ^ 1;
  await exposed.storage.store.commit({ operations: [{ key: entryKey(uuid), value }] });
};

test("names exactly the three of 100,000 entries that differ, with less than 64 KiB on the wire", async () => {
  const [a, b, uuids] = await pair(100_000);
  const [lost, missing, changed] = [uuids[7], uuids[50_000], uuids[99_999]] as [Uuid, Uuid, Uuid];
  await lose(b, lost);
  await lose(a, missing);
  await alter(b, changed);
  const outcome = await compared(a.node, b.node);
  if (outcome.kind !== "compared") throw new Error(outcome.kind);
  expect(outcome.differences).toEqual([
    { uuid: lost, where: "only-here", attributes: undefined, explained: undefined },
    { uuid: missing, where: "only-there", attributes: undefined, explained: undefined },
    { uuid: changed, where: "different", attributes: ["title"], explained: undefined },
  ]);
  expect(outcome).toMatchObject({ complete: true, entriesThere: 99_999 });
  expect(outcome.bytesSent).toBeGreaterThan(500);
  expect(outcome.bytesReceived).toBeGreaterThan(5_000);
  expect(outcome.bytesSent + outcome.bytesReceived).toBeLessThan(64 * 1024);
}, 240_000);

test("finds nothing where nothing differs, whatever each server is called in each table", async () => {
  const [a, b] = await pair(300);
  await createEntries(b.node, 3, "of b");
  const third = await testNode("c");
  nodes.push(third);
  await refreshFrom(third, a.node);
  await createEntries(third, 3, "of c");
  await heal(nodes);
  for (const [from, to] of [
    [a.node, third],
    [third, b.node],
    [b.node, a.node],
  ] as const)
    expect(await compared(from, to)).toMatchObject({
      kind: "compared",
      differences: [],
      complete: true,
      entriesThere: 306,
    });
});

test("an empty side, and a side that has less than the other by far", async () => {
  const [a, b, uuids] = await pair(200);
  const all = (await compared(a.node, b.node)) as { entriesHere: number };
  expect(all.entriesHere).toBe(200);
  for (const uuid of uuids.slice(1)) await lose(b, uuid);
  const most = await compared(a.node, b.node);
  expect(most).toMatchObject({ kind: "compared", complete: true, entriesThere: 1 });
  expect(most.kind === "compared" && most.differences.map(({ uuid }) => uuid)).toEqual(uuids.slice(1));
  await lose(b, uuids[0] as Uuid);
  const some = await compared(a.node, b.node, { differencesMax: 10 });
  expect(some).toMatchObject({ kind: "compared", complete: false, entriesThere: 0 });
  expect(some.kind === "compared" && some.differences).toHaveLength(10);
  expect(await compared(b.node, a.node)).toMatchObject({ differences: { length: 200 } });
});

test("says of what was not pulled yet that this is why", async () => {
  const [a, b, uuids] = await pair(100);
  const [changedHere, deletedThere] = uuids as [Uuid, Uuid];
  await a.node.replica.modify(changedHere, { title: "changed on a" });
  const [created] = await createEntries(a.node, 1, "new on a");
  await b.node.replica.delete(deletedThere);
  const outcome = await compared(a.node, b.node);
  const explained = outcome.kind === "compared" && new Map(outcome.differences.map((one) => [one.uuid, one]));
  if (!explained) throw new Error(outcome.kind);
  expect(explained.get(changedHere)).toMatchObject({ where: "different", explained: "not-pulled-there" });
  expect(explained.get(created as Uuid)).toMatchObject({ where: "only-here", explained: "not-pulled-there" });
  expect(explained.get(deletedThere)).toMatchObject({ where: "different", explained: "not-pulled-here" });
  expect(explained.size).toBe(3);
  await heal([a.node, b.node]);
  expect(await compared(a.node, b.node)).toMatchObject({ differences: [] });
});

test("says of what one side has purged that this is why", async () => {
  const [a, b, uuids] = await pair(20, { changelogMaxAgeMs: 1_000 });
  await a.node.replica.delete(uuids[3] as Uuid);
  await a.node.replica.modify(uuids[4] as Uuid, { title: undefined } as never);
  await heal([a.node, b.node]);
  // The other one has not purged yet.
  a.node.clock.advance(10_000);
  expect(await a.node.replica.purge()).toMatchObject({ kind: "purged" });
  for (const [from, to] of [
    [a.node, b.node],
    [b.node, a.node],
  ] as const) {
    const outcome = await compared(from, to);
    expect(outcome.kind === "compared" && outcome.differences.map(({ explained }) => explained)).toEqual(
      expect.arrayContaining(["purged"]),
    );
    expect(outcome.kind === "compared" && new Set(outcome.differences.map(({ explained }) => explained)).size).toBe(1);
  }
});

test("says so when the partner cannot, holds another domain, or is none", async () => {
  const [a] = await pair(3);
  const stranger = await testNode("stranger");
  nodes.push(stranger);
  expect(await compared(a.node, stranger)).toEqual({
    kind: "domain-mismatch",
    origin: "repl://stranger",
    domainUuid: stranger.replica.domainUuid,
  });
  await expect(a.node.replica.compareWith("repl://nobody")).rejects.toMatchObject({ code: "unknown_partner" });
  const old = async (): Promise<Channel> => {
    const [near, far] = channelPair({ partners: ["repl://b", "repl://a"] });
    const conversation = openConversation(far, { role: "supplier", limits: DEFAULT_LIMITS });
    const { domainUuid, serverUuid } = (nodes[1] as TestNode).replica;
    const clockMicros = a.node.clock.wallMicros();
    const rest = { minor: 0, features: [], limits: DEFAULT_LIMITS, clockMicros };
    void conversation.send({ type: "hello", software: "old", domainUuid, serverUuid, ...rest });
    return near;
  };
  expect(await compared(a.node, nodes[1] as TestNode, {}, old)).toEqual({
    kind: "unsupported",
    origin: "repl://b",
    software: "old",
  });
});

test("one answer goes through no more than its bound, and a partner that tells nonsense is refused", async () => {
  const [a, b] = await pair(20_000);
  const conversation = openConversation(dial(a.node, b.node), { role: "consumer", limits: DEFAULT_LIMITS });
  const { domainUuid, serverUuid } = a.node.replica;
  const clockMicros = a.node.clock.wallMicros();
  await conversation.send({
    ...{
      type: "hello",
      minor: 0,
      software: "",
      domainUuid,
      serverUuid,
      clockMicros,
      features: [],
      limits: DEFAULT_LIMITS,
    },
  } as never);
  expect((await conversation.receiveHello())?.features).toContain("digest");
  const ask = async (entriesPerRange: number) => {
    await conversation.send({ type: "digest", after: undefined, through: undefined, entriesPerRange });
    const reply = await conversation.receive();
    if (reply?.type !== "digests") throw new Error(String(reply?.type));
    return { ...reply, count: reply.ranges.reduce((sum, { count }) => sum + count, 0) };
  };
  expect(await ask(1_000_000)).toMatchObject({ more: true, count: 16_384 });
  expect(await ask(1)).toMatchObject({ more: true, count: 1_024 });
  expect((await ask(0)).entries).toHaveLength(64);
  await conversation.close();

  const lie = async (ranges: readonly { through: Uuid; count: number }[]): Promise<Channel> => {
    const [near, far] = channelPair({ partners: ["repl://b", "repl://a"] });
    const liar = openConversation(far, { role: "supplier", limits: DEFAULT_LIMITS });
    const hello = {
      type: "hello",
      minor: 0,
      software: "liar",
      domainUuid,
      serverUuid: b.node.replica.serverUuid,
    } as const;
    void (async () => {
      await liar.send({ ...hello, clockMicros, features: ["digest"], limits: DEFAULT_LIMITS });
      await liar.receiveHello();
      for (;;) {
        if ((await liar.receive()) === undefined) return;
        const told = ranges.map((range) => ({ ...range, digest: new Uint8Array(16) }));
        await liar.send({ type: "digests", ranges: told, entries: [], rows: [], more: true });
      }
    })().catch(() => undefined);
    return near;
  };
  const uuid = (byte: number): Uuid => uuidFromBytes<Uuid>(new Uint8Array(16).fill(byte));
  for (const ranges of [
    [],
    [
      { through: uuid(2), count: 1 },
      { through: uuid(1), count: 1 },
    ],
    [{ through: uuid(9), count: 10_000 }],
  ])
    await expect(compared(a.node, b.node, {}, () => lie(ranges))).rejects.toMatchObject({ code: "shape" });
});
