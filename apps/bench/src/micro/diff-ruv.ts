import { diffRuv, NO_LINEAGE, type Ruv, type ServerUuid } from "@concordat/crdt";
import { sampleUuid } from "../sample/sample-entries.js";
import type { MicroBenchmark } from "./micro-benchmark.js";

const SERVERS = 100;
const CALLS = 1_000;

export const diffRuvMicro: MicroBenchmark = {
  name: "diffRuv",
  what: `two vectors of ${SERVERS} servers, one of which has moved`,
  calls: CALLS,
  prepare: () => {
    const [consumer, supplier] = [vectorOf(1), vectorOf(2)];
    return () => {
      let ranges = 0;
      for (let call = 0; call < CALLS; call += 1) {
        const difference = diffRuv(consumer, supplier);
        if (difference.kind === "supply") ranges += difference.ranges.length;
      }
      return ranges;
    };
  },
};

/** The first server has been seen up to `firstMicros`. */
const vectorOf = (firstMicros: number): Ruv =>
  new Map(
    Array.from({ length: SERVERS }, (_, index) => [
      sampleUuid(index) as string as ServerUuid,
      { seen: index === 0 ? firstMicros : 1_000_000 + index, purged: 0, lineage: NO_LINEAGE },
    ]),
  );
