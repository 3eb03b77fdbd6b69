import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import type { Replica } from "@concordat/replica";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { ConcordatNode } from "./concordat-node.js";
import { refresh } from "./node-replication.js";

export interface ReadRange {
  /** `name` is an indexed attribute. */
  readonly by: "uuid" | "name";
  /** Among so many sample entries. */
  readonly entries: number;
  readonly count: number;
}

/** Prime, so that reads meet all entries, in no order. */
const STRIDE = 7_919;

const READS_PER_TURN = 20;

/** Reads per second, each awaited before the next. */
export const readOneByOne = async (replica: Replica, { by, entries, count }: ReadRange): Promise<number> => {
  const keys = keysOf(by, entries);
  const started = performance.now();
  for (let reads = 0; reads < count; reads += 1) await read(replica, by, keys, reads);
  return (count * 1_000) / (performance.now() - started);
};

/** As `readOneByOne`, for as long as a refresh of this node takes. */
export const readDuringRefresh = async (node: ConcordatNode, { by, entries }: ReadRange): Promise<number> => {
  const keys = keysOf(by, entries);
  let isRefreshing = true;
  const refreshing = refresh(node).finally(() => {
    isRefreshing = false;
  });
  const started = performance.now();
  let reads = 0;
  for (; isRefreshing; reads += 1) {
    await read(node.replica, by, keys, reads);
    // A read that finds its page in memory never leaves the microtask queue: nothing else would get a turn.
    if (reads % READS_PER_TURN === 0) await setImmediate();
  }
  const ms = performance.now() - started;
  await refreshing;
  return (reads * 1_000) / ms;
};

const keysOf = (by: ReadRange["by"], entries: number): readonly string[] =>
  Array.from({ length: entries }, (_, index) =>
    by === "uuid" ? sampleUuid(index) : (sampleAttributes(index).name as string),
  );

const read = async (replica: Replica, by: ReadRange["by"], keys: readonly string[], reads: number): Promise<void> => {
  const key = keys[(reads * STRIDE) % keys.length] as string;
  const found =
    by === "uuid"
      ? await replica.get(key as ReturnType<typeof sampleUuid>)
      : (await replica.find({ attribute: "name", value: key })).entries[0];
  if (found === undefined) throw new Error(`${key} is not there`);
};
