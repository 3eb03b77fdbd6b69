import { afterEach, beforeEach, expect, test } from "vitest";
import type { Entry } from "./index.js";
import { Gate } from "./testing/gate.js";
import { becomes, eventually, linkState } from "./testing/links.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  partner,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held } from "./testing/wire.js";

/** The guide's topology: A is the primary; B, the secondary, refreshes itself from it. */
let primary: TestNode;
let secondary: TestNode;
let discarded: Entry[];

beforeEach(async () => {
  discarded = [];
  primary = await testNode("a");
  secondary = await testNode("b", {
    onDiscard: async (entries) => {
      for await (const entry of entries) discarded.push(entry);
    },
  });
  await createEntries(primary, 5);
});

afterEach(async () => {
  await expectSound([primary, secondary]);
  await closeAll([primary, secondary]);
});

const follow = (node: TestNode, other: TestNode, automaticRefresh: boolean, connect = async () => dial(node, other)) =>
  node.replica.setPartners([partner(node, other, { automaticRefresh, connect })]);

test("the secondary takes over the content, and both are in sync without anybody waiting", async () => {
  const before = primary.replica.serverUuid;
  follow(primary, secondary, false);
  await becomes(primary, secondary, "domain-mismatch");
  follow(secondary, primary, true);
  await becomes(secondary, primary, "in-sync");
  await becomes(primary, secondary, "in-sync");
  expect(primary.replica.serverUuid).toBe(before);
  expect(discarded).toEqual([]);

  const [uuid] = await createEntries(secondary, 1, "b's");
  await eventually(async () => expect(uuid && (await primary.replica.get(uuid))).toBeDefined());
  await expectConverged([primary, secondary]);
});

test("what only the secondary had is handed out first, whole, and exactly that", async () => {
  follow(secondary, primary, true);
  await becomes(secondary, primary, "in-sync");
  secondary.replica.setPartners([]);
  const own = await createEntries(secondary, 3, "b's");
  const [shared] = (await primary.replica.list()).entries;
  if (!shared || !own[2]) throw new Error("there are entries");
  await secondary.replica.modify(shared.uuid, { tags: ["b's"] });
  await secondary.replica.delete(own[2]);
  const lost = await secondary.replica.getMany([own[0], own[1], shared.uuid].filter((uuid) => uuid !== undefined));

  // The primary comes back as another domain: a new node that has content.
  const successor = await testNode("a");
  await createEntries(successor, 2, "new domain");
  follow(secondary, successor, true);
  await eventually(() => expect(secondary.replica.domainUuid).toBe(successor.replica.domainUuid));
  const known = new Set(lost.map((entry) => entry?.uuid));
  expect(discarded.filter(({ uuid }) => known.has(uuid)).toSorted(byUuid)).toEqual(
    lost.filter((entry) => entry !== undefined).toSorted(byUuid),
  );
  // Of the old primary's entries, the successor has none.
  expect(discarded).toHaveLength(5 + 2);
  await expectConverged([secondary, successor]);
  await successor.replica.close();
});

const byUuid = (left: Entry, right: Entry): number => (left.uuid < right.uuid ? -1 : 1);

test("what both have is not handed out", async () => {
  follow(secondary, primary, true);
  await becomes(secondary, primary, "in-sync");
  const [own] = await createEntries(secondary, 1, "only b's");
  secondary.replica.setPartners([partner(secondary, primary)]);
  // By hand: the same step, asked for by a person.
  expect(await secondary.replica.refresh()).toMatchObject({ kind: "would-discard", entries: 1, sample: [own] });
});

test("a refresh whose export fails discards nothing", async () => {
  const cautious = await testNode("b", {
    onDiscard: async () => {
      throw new Error("the disk is full");
    },
  });
  const [own] = await createEntries(cautious, 1, "b's");
  follow(cautious, primary, true);
  await eventually(() => expect(cautious.replica.status().partners[0]?.message).toBe("the disk is full"));
  expect(own && (await cautious.replica.get(own))).toBeDefined();
  expect(cautious.replica.domainUuid).not.toBe(primary.replica.domainUuid);
  await expectSound([cautious]);
  await cautious.replica.close();
});

test("the primary, without automatic refresh, never refreshes: it says what is wrong, and goes on", async () => {
  const digest = await primary.replica.digest();
  await createEntries(secondary, 2, "b's");
  follow(primary, secondary, false);
  for (let poll = 0; poll < 3; poll += 1) {
    await becomes(primary, secondary, "domain-mismatch");
    primary.clock.advance(15_000);
  }
  expect(await primary.replica.digest()).toEqual(digest);
  expect(primary.replica.status().partners[0]?.remedy).toContain("refresh-replication-consumer");
  await expectSound([primary]);
});

test("an empty primary does not empty the secondary", async () => {
  const empty = await testNode("a");
  await createEntries(secondary, 2, "b's");
  follow(secondary, empty, true);
  await becomes(secondary, empty, "domain-mismatch");
  secondary.clock.advance(15_000);
  await becomes(secondary, empty, "domain-mismatch");
  expect(secondary.replica.status().totals.liveEntries).toBe(2);
  expect(discarded).toEqual([]);
  await empty.replica.close();
});

test("while it runs, status says so; removing the partner ends it", async () => {
  const gate = new Gate();
  const connect = async () => held(dial(secondary, primary), ({ type }) => (type === "end" ? gate.pass() : undefined));
  follow(secondary, primary, true, connect);
  await gate.reached;
  expect(linkState(secondary, primary)).toBe("refreshing");
  expect(secondary.replica.status().refresh).toMatchObject({ origin: "repl://a", entriesEstimate: 5 });
  secondary.replica.setPartners([]);
  gate.open();
  await eventually(() => expect(secondary.replica.status().refresh).toBeUndefined());
  expect(secondary.replica.domainUuid).not.toBe(primary.replica.domainUuid);
  await expectSound([secondary]);
});

test("closing in the middle of it ends it", async () => {
  const gate = new Gate();
  const connect = async () => held(dial(secondary, primary), ({ type }) => (type === "end" ? gate.pass() : undefined));
  follow(secondary, primary, true, connect);
  await gate.reached;
  const closing = secondary.replica.close();
  gate.open();
  await closing;
  await restart(secondary);
  expect(secondary.replica.domainUuid).not.toBe(primary.replica.domainUuid);
});

test("a third that follows the secondary is told to come back, and takes over the primary's content too", async () => {
  const third = await testNode("c");
  follow(third, secondary, true);
  await becomes(third, secondary, "in-sync");
  follow(secondary, primary, true);
  await becomes(secondary, primary, "in-sync");
  await eventually(() => {
    third.clock.advance(1_000);
    expect(third.replica.domainUuid).toBe(primary.replica.domainUuid);
  });
  await becomes(third, secondary, "in-sync");
  await expectConverged([primary, secondary, third]);
  await third.replica.close();
});
