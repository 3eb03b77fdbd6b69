import { type Channel, channelPair, ProtocolError } from "@concordat/protocol";
import { memoryStorage, type Storage } from "@concordat/storage";
import {
  openReplica,
  type PullOutcome,
  type Random,
  type Replica,
  type ReplicaOptions,
  type Schema,
} from "../index.js";
import type { Clock } from "../ports/clock.js";

/** A clock that a test moves. Sleeps end at once when the test says so, and never by themselves. */
export interface ManualClock extends Clock {
  micros: number;
}

export const manualClock = (micros = 1_700_000_000_000_000): ManualClock => ({
  micros,
  wallMicros() {
    return this.micros;
  },
  monotonicMs() {
    return this.micros / 1_000;
  },
  sleep: (_ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) resolve();
      signal?.addEventListener("abort", () => resolve(), { once: true });
    }),
});

/** Bytes that a seed decides: a run can be repeated. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return { fraction: next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) };
};

/** A replica that pulls only when a test says so, with what it stands on. */
export interface TestNode {
  readonly name: string;
  readonly storage: Storage;
  readonly clock: ManualClock;
  replica: Replica;
}

const SCHEMA: Schema = { tags: { merge: "set" }, settings: { merge: "map" }, hits: { merge: "counter" } };

let seeds = 0;

export const testNode = async (name: string, options: Partial<ReplicaOptions> = {}): Promise<TestNode> => {
  const storage = options.storage ?? memoryStorage();
  const clock = manualClock();
  seeds += 1;
  const replica = await openReplica({
    storage,
    clock,
    random: seededRandom(seeds),
    attributes: SCHEMA,
    chunk: { entriesMax: 2, bytesMax: 1024 },
    ...options,
  });
  return { name, storage, clock, replica };
};

/** How many frames the consumer gets to see before the network is cut. */
export interface Cut {
  readonly afterFrames?: number;
}

/** A connection from `consumer` to `supplier`, over which the supplier answers. */
export const dial = (consumer: TestNode, supplier: TestNode, cut: Cut = {}): Channel => {
  const [near, far] = channelPair({ partners: [`repl://${supplier.name}`, `repl://${consumer.name}`] });
  void supplier.replica.accept(far);
  return cut.afterFrames === undefined ? near : cutAfter(near, cut.afterFrames);
};

/** One pull, whole or cut. */
export const pullOnce = async (consumer: TestNode, supplier: TestNode, cut: Cut = {}): Promise<PullOutcome | "cut"> => {
  try {
    return await consumer.replica.pullFrom(dial(consumer, supplier, cut));
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "connection_lost") return "cut";
    throw error;
  }
};

/** Gives `consumer` the content of `supplier`. */
export const refreshFrom = async (
  consumer: TestNode,
  supplier: TestNode,
  cut: Cut = {},
  discardLocalChanges = false,
) => {
  const origin = `repl://${supplier.name}`;
  const connect = async (): Promise<Channel> => dial(consumer, supplier, cut);
  consumer.replica.setPartners([{ origin, type: "pull", connect: neverOnItsOwn(connect), automaticRefresh: false }]);
  try {
    return await consumer.replica.refresh({ from: origin, discardLocalChanges });
  } finally {
    consumer.replica.setPartners([]);
  }
};

/** Copies of `first`'s database, refreshed from it. */
export const topology = async (names: readonly string[]): Promise<TestNode[]> => {
  const nodes: TestNode[] = [];
  for (const name of names) {
    const node = await testNode(name);
    const [first] = nodes;
    if (first) await refreshFrom(node, first);
    nodes.push(node);
  }
  return nodes;
};

/** Everybody pulls from everybody, as often as the longest way between two of them is long. */
export const heal = async (nodes: readonly TestNode[]): Promise<void> => {
  for (let round = 0; round < nodes.length; round += 1) {
    for (const consumer of nodes)
      for (const supplier of nodes) if (consumer !== supplier) await pullOnce(consumer, supplier);
  }
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

const cutAfter = (channel: Channel, frames: number): Channel => {
  let left = frames;
  return {
    partner: channel.partner,
    get traffic() {
      return channel.traffic;
    },
    send: (parts) => channel.send(parts),
    close: (reason) => channel.close(reason),
    receive: async (options) => {
      left -= 1;
      if (left >= 0) return channel.receive(options);
      const lost = new ProtocolError("connection_lost", "the test cut the network", { blame: "network" });
      await channel.close(lost);
      throw lost;
    },
  };
};
