import type { ServerUuid } from "@concordat/crdt";
import { DEFAULT_LIMITS, decodeMessage, encodeMessage, joinedBytes } from "@concordat/protocol";
import { SAMPLE_SERVERS, sampleRecord } from "../sample/sample-states.js";
import type { MicroBenchmark } from "./micro-benchmark.js";

/** As many as a chunk has at most. */
const RECORDS = 2_000;
const CALLS = 20;

export const decodeMessageMicro: MicroBenchmark = {
  name: "decodeMessage",
  what: `a chunk of ${RECORDS.toLocaleString("en-US")} records`,
  calls: CALLS,
  prepare: () => {
    const records = Array.from({ length: RECORDS }, (_, index) => sampleRecord(index));
    const cursor = { server: SAMPLE_SERVERS[0] as ServerUuid, sequence: RECORDS, commit: new Uint8Array(8) };
    const payload = joinedBytes(encodeMessage({ type: "chunk", cursor, records }));
    return () => {
      let found = 0;
      for (let call = 0; call < CALLS; call += 1) {
        const message = decodeMessage(payload, "reply", DEFAULT_LIMITS);
        if (message.type === "chunk") found += message.records.length;
      }
      return found;
    };
  },
};
