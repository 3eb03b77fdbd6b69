import { DEFAULT_LIMITS, decodeEntry } from "@concordat/protocol";
import { SAMPLE_SERVERS, sampleRecord } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const decodeEntryMicro: MicroBenchmark = {
  name: "decodeEntry",
  what: "the record of an entry: validated and read",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const records = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleRecord(index));
    return () => {
      let attributes = 0;
      for (const record of records) attributes += decodeEntry(record, SAMPLE_SERVERS, DEFAULT_LIMITS).attributes.size;
      return attributes;
    };
  },
};
