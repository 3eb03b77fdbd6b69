import { readEntry } from "@concordat/protocol";
import { SAMPLE_SERVERS, sampleRecord } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const readEntryMicro: MicroBenchmark = {
  name: "readEntry",
  what: "the record of an entry, validated before",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const records = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleRecord(index));
    return () => {
      let attributes = 0;
      for (const record of records) attributes += readEntry(record, SAMPLE_SERVERS).attributes.size;
      return attributes;
    };
  },
};
