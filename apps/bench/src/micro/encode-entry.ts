import { mergeEntry } from "@concordat/crdt";
import { encodeEntry, readEntry } from "@concordat/protocol";
import { SAMPLE_SERVERS, sampleChange, sampleRecord, sampleServerIndex, sampleState } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const encodeEntryMicro: MicroBenchmark = {
  name: "encodeEntry",
  what: "an entry, from nothing",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const states = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleState(index));
    return () => {
      let bytes = 0;
      for (const state of states) bytes += encodeEntry(state, sampleServerIndex).length;
      return bytes;
    };
  },
};

export const encodeEntryOverBaseMicro: MicroBenchmark = {
  name: "encodeEntryOverBase",
  what: "an entry with one changed attribute, over the record from before",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const bases = Array.from({ length: SAMPLE_COUNT }, (_, index) => {
      const record = sampleRecord(index);
      return { record, state: readEntry(record, SAMPLE_SERVERS) };
    });
    const states = bases.map(({ state }) => state);
    const changed = bases.map((base, index) => ({ base, state: mergeEntry(base.state, sampleChange(index, states)) }));
    return () => {
      let bytes = 0;
      for (const { base, state } of changed) bytes += encodeEntry(state, sampleServerIndex, base).length;
      return bytes;
    };
  },
};
