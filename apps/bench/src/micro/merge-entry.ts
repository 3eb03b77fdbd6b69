import { mergeEntry } from "@concordat/crdt";
import { sampleChange, sampleState } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const mergeEntryMicro: MicroBenchmark = {
  name: "mergeEntry",
  what: "an entry, and a change of one attribute",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const states = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleState(index));
    const pairs = states.map((state, index) => ({ state, change: sampleChange(index, states) }));
    return () => {
      let attributes = 0;
      for (const { state, change } of pairs) attributes += mergeEntry(state, change).attributes.size;
      return attributes;
    };
  },
};
