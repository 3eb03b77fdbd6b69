import { mergeEntry, type Seen, unseenPart } from "@concordat/crdt";
import { SAMPLE_SERVERS, sampleChange, sampleState } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const unseenPartMicro: MicroBenchmark = {
  name: "unseenPart",
  what: "an entry of which one attribute has not been seen",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const states = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleState(index));
    const changed = states.map((state, index) => mergeEntry(state, sampleChange(index, states)));
    const seen: Seen = (server) => (server === SAMPLE_SERVERS[0] ? Number.MAX_SAFE_INTEGER : 0);
    return () => {
      let attributes = 0;
      for (const state of changed) attributes += unseenPart(state, seen)?.attributes.size ?? 0;
      return attributes;
    };
  },
};
