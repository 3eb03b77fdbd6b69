import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import type { ConcordatNode } from "./concordat-node.js";
import { cpuMs } from "./cpu-time.js";
import { type MemoryUse, MemoryWatch } from "./memory-use.js";

export interface RefreshFigures {
  readonly ms: number;
  readonly entries: number;
  readonly idle: MemoryUse;
  readonly busy: MemoryUse;
}

export interface PullFigures {
  readonly ms: number;
  readonly outcome: string;
  readonly bytesReceived: number;
  /** Of all threads, in milliseconds. */
  readonly cpuMs: number;
}

/** Takes over the only partner's content. */
export const refresh = async ({ replica, partner }: ConcordatNode): Promise<RefreshFigures> => {
  const idle = new MemoryWatch().stop();
  const watch = new MemoryWatch();
  // Not the link that there may be: it would pull as well.
  replica.setPartners([{ ...partner, type: "mutual-pull" }]);
  const started = performance.now();
  const outcome = await replica.refresh({ discardLocalChanges: true });
  const ms = performance.now() - started;
  replica.setPartners([]);
  if (outcome.kind !== "refreshed") throw new Error(`the refresh ended as ${JSON.stringify(outcome)}`);
  return { ms, entries: outcome.entries, idle, busy: watch.stop() };
};

/** Connects, pulls once, and ends the connection. */
export const pull = async ({ replica, partner }: ConcordatNode): Promise<PullFigures> => {
  const cpu = cpuMs();
  const started = performance.now();
  const channel = await partner.connect(new AbortController().signal);
  const { kind } = await replica.pullFrom(channel);
  const ms = performance.now() - started;
  return { ms, outcome: kind, bytesReceived: channel.traffic.bytesReceived, cpuMs: cpuMs() - cpu };
};

const SETTLE_MS_MAX = 10_000;

/** Writes, and waits until this node has asked its partner again, over the link that there is. */
export const writeAndSettle = async (node: ConcordatNode): Promise<void> => {
  const asked = node.exchanges.length;
  await node.replica.create({ at: Date.now() });
  const deadline = performance.now() + SETTLE_MS_MAX;
  while (node.exchanges.length < asked + 2) {
    if (performance.now() > deadline) throw new Error("the partner has not told of the write");
    await setImmediate();
  }
};
