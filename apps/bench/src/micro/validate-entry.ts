import { DEFAULT_LIMITS, validateEntry } from "@concordat/protocol";
import { SAMPLE_SERVERS, sampleRecord } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const validateEntryMicro: MicroBenchmark = {
  name: "validateEntry",
  what: "the record of an entry",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const records = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleRecord(index));
    return () => {
      let newest = 0;
      for (const record of records) newest += validateEntry(record, SAMPLE_SERVERS, DEFAULT_LIMITS).newestMicros;
      return newest;
    };
  },
};
