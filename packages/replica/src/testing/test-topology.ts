import type { Uuid } from "@concordat/crdt";
import { type Channel, channelPair, ProtocolError } from "@concordat/protocol";
import { memoryStorage, type Storage } from "@concordat/storage";
import { expect } from "vitest";
import type { Replica, ReplicaOptions, Schema } from "../index.js";
import {
  openReplica,
  type PartnerOptions,
  type PullOutcome,
  type RefreshOptions,
  type RefreshOutcome,
} from "../index.js";
import { type ManualClock, manualClock } from "./manual-clock.js";
import { seededRandom } from "./seeded-random.js";
import { type Cut, cutAfter } from "./wire.js";

/** A replica that pulls only when a test says so, with what it stands on. */
export interface TestNode {
  readonly name: string;
  readonly options: ReplicaOptions & { readonly storage: Storage };
  readonly clock: ManualClock;
  replica: Replica;
}

export const SCHEMA: Schema = { tags: { merge: "set" }, settings: { merge: "map" }, hits: { merge: "counter" } };

let seeds = 0;

export const testNode = async (name: string, options: Partial<ReplicaOptions> = {}): Promise<TestNode> => {
  const clock = manualClock();
  seeds += 1;
  const whole = {
    storage: memoryStorage(),
    clock,
    random: seededRandom(seeds),
    attributes: SCHEMA,
    chunk: { entriesMax: 2, bytesMax: 1024 },
    ...options,
  };
  return { name, options: whole, clock, replica: await openReplica(whole) };
};

/** Closes and opens again, as a process restarts on its disk. */
export const restart = async (node: TestNode, options: Partial<ReplicaOptions> = {}): Promise<void> => {
  await node.replica.close();
  node.replica = await openReplica({ ...node.options, ...options });
};

export const originOf = ({ name }: TestNode): string => `repl://${name}`;

/** A connection from `consumer` to `supplier`, over which the supplier answers. */
export const dial = (consumer: TestNode, supplier: TestNode, cut: Cut = {}): Channel => {
  const [near, far] = channelPair({ partners: [originOf(supplier), originOf(consumer)] });
  void supplier.replica.accept(far);
  return cut.afterFrames === undefined ? near : cutAfter(near, cut.afterFrames);
};

/** One pull, whole or cut. */
export const pullOnce = async (consumer: TestNode, supplier: TestNode, cut: Cut = {}): Promise<PullOutcome | "cut"> => {
  try {
    return await consumer.replica.pullFrom(dial(consumer, supplier, cut), {
      connect: async () => dial(consumer, supplier),
    });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "connection_lost") return "cut";
    throw error;
  }
};

/** How a test's refresh goes about it. */
export interface TestRefreshOptions extends RefreshOptions {
  /** The connection that the refresh goes over. */
  readonly over?: Channel;
}

/** Gives `consumer` the content of `supplier`, over a connection of its own. */
export const refreshFrom = async (
  consumer: TestNode,
  supplier: TestNode,
  { over, ...options }: TestRefreshOptions = {},
): Promise<RefreshOutcome> => {
  const origin = originOf(supplier);
  const connect = async (): Promise<Channel> => over ?? dial(consumer, supplier);
  consumer.replica.setPartners([{ origin, type: "pull", connect: neverOnItsOwn(connect), automaticRefresh: false }]);
  try {
    return await consumer.replica.refresh({ from: origin, ...options });
  } finally {
    consumer.replica.setPartners([]);
  }
};

/** Copies of the first's database, refreshed from it, all with `options`. */
export const topology = async (
  names: readonly string[],
  options: Partial<Omit<ReplicaOptions, "storage">> = {},
): Promise<TestNode[]> => {
  const nodes: TestNode[] = [];
  for (const name of names) {
    const node = await testNode(name, options);
    const [first] = nodes;
    if (first) await refreshFrom(node, first);
    nodes.push(node);
  }
  return nodes;
};

/** The partner that `to` is to `from`, for `setPartners`. */
export const partner = (from: TestNode, to: TestNode, options: Partial<PartnerOptions> = {}): PartnerOptions => ({
  origin: originOf(to),
  type: "mutual-pull",
  connect: async () => dial(from, to),
  automaticRefresh: false,
  ...options,
});

/** Everybody pulls from everybody, as often as the longest way between two of them is long. */
export const heal = async (nodes: readonly TestNode[]): Promise<void> => {
  for (let round = 0; round < nodes.length; round += 1) {
    for (const consumer of nodes)
      for (const supplier of nodes) if (consumer !== supplier) await pullOnce(consumer, supplier);
  }
};

/** Every invariant of every database holds. */
export const expectSound = async (nodes: readonly TestNode[]): Promise<void> => {
  for (const { name, replica } of nodes) expect((await replica.verify()).problems, name).toEqual([]);
};

/** All hold the same, and are sound. */
export const expectConverged = async (nodes: readonly TestNode[]): Promise<void> => {
  const [first, ...others] = nodes;
  const digest = await first?.replica.digest();
  for (const { name, replica } of others) expect(await replica.digest(), name).toEqual(digest);
  await expectSound(nodes);
};

export const closeAll = async (nodes: readonly TestNode[]): Promise<void> => {
  for (const { replica } of nodes) await replica.close();
};

/** The link's own first connection is refused, so that only the refresh of the test connects. */
const neverOnItsOwn = (connect: () => Promise<Channel>): (() => Promise<Channel>) => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls > 1) return connect();
    return Promise.reject(new ProtocolError("connection_refused", "not before the test says so", { blame: "network" }));
  };
};

/** Creates `count` entries in one transaction. */
export const createEntries = async ({ replica }: TestNode, count: number, text = "entry"): Promise<Uuid[]> => {
  const { result } = await replica.transact(async (transaction) => {
    const uuids: Uuid[] = [];
    for (let index = 0; index < count; index += 1) uuids.push(await transaction.create({ title: `${text} ${index}` }));
    return uuids;
  });
  return result;
};
