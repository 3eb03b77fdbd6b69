import type { Schema } from "@concordat/replica";
import { type Arrival, Arrivals, writeOne } from "./arrivals.js";
import { ConcordatNode, type NodeAddress, type NodePartner } from "./concordat-node.js";
import { cpuMs } from "./cpu-time.js";
import { type MemoryUse, MemoryWatch } from "./memory-use.js";
import { type ReadRange, readDuringRefresh, readOneByOne } from "./node-reads.js";
import { pull, refresh, writeAndSettle } from "./node-replication.js";
import {
  type AttributeChange,
  change,
  fill,
  type SampleRange,
  type WriterSizes,
  writeOneByOne,
  writeTogether,
} from "./node-writes.js";
import type { Subject } from "./subject.js";

/** One of our nodes, and what the workloads ask of it. */
export const concordatSubject = (): Subject => {
  let node: ConcordatNode | undefined;
  let watch: MemoryWatch | undefined;
  const arrivals = new Arrivals();
  const opened = (): ConcordatNode => {
    if (node === undefined) throw new Error("the node is not open");
    return node;
  };
  return {
    methods: {
      open: async (schema: Schema | undefined): Promise<NodeAddress> => {
        node = await ConcordatNode.open(schema ?? {});
        return node.address;
      },
      empty: () => opened().empty(),
      setPartners: (partners: readonly NodePartner[]) => opened().setPartners(partners),
      fill: (range: SampleRange) => fill(opened().replica, range),
      change: (changes: AttributeChange) => change(opened().replica, changes),
      writeOneByOne: (count: number) => writeOneByOne(opened().replica, count),
      writeTogether: (sizes: WriterSizes) => writeTogether(opened().replica, sizes),
      readOneByOne: (range: ReadRange) => readOneByOne(opened().replica, range),
      readDuringRefresh: (range: ReadRange) => readDuringRefresh(opened(), range),
      refresh: () => refresh(opened()),
      pull: () => pull(opened()),
      writeAndSettle: () => writeAndSettle(opened()),
      writeOne: (): Promise<Arrival> => writeOne(opened().replica),
      followArrivals: () => arrivals.follow(opened().replica),
      arrivalOf: (uuid: string) => arrivals.of(uuid),
      exchanges: () => opened().exchanges,
      watchMemory: () => {
        watch = new MemoryWatch();
      },
      memory: (): MemoryUse | undefined => watch?.stop(),
      cpuMs,
      entries: () => opened().replica.status().totals.liveEntries,
      digest: () => opened().replica.digest(),
      verify: async () => (await opened().replica.verify()).problems,
    },
    end: async () => node?.close(),
  };
};
