import { mergeEntry } from "@concordat/crdt";
import { encodeEntry, unseenRecord } from "@concordat/protocol";
import { SAMPLE_SERVERS, sampleChange, sampleServerIndex, sampleState } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const unseenRecordMicro: MicroBenchmark = {
  name: "unseenRecord",
  what: "the record of an entry of which one attribute has not been seen",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const states = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleState(index));
    const records = states.map((state, index) =>
      encodeEntry(mergeEntry(state, sampleChange(index, states)), sampleServerIndex),
    );
    const seenMicros = SAMPLE_SERVERS.map((_, index) => (index === 0 ? Number.MAX_SAFE_INTEGER : 0));
    return () => {
      let bytes = 0;
      for (const record of records) bytes += unseenRecord(record, seenMicros).length;
      return bytes;
    };
  },
};
