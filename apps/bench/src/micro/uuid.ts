import { UUID_BYTES, uuidFromBytes, uuidToBytes, writeUuid } from "@concordat/crdt";
import { sampleUuid } from "../sample/sample-entries.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

export const uuidFromBytesMicro: MicroBenchmark = {
  name: "uuidFromBytes",
  what: "16 bytes",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const keys = Array.from({ length: SAMPLE_COUNT }, (_, index) => uuidToBytes(sampleUuid(index)));
    return () => {
      let codes = 0;
      // Reading a character makes one string of the pieces, as whoever uses a uuid does.
      for (const key of keys) codes += uuidFromBytes(key).charCodeAt(35);
      return codes;
    };
  },
};

export const writeUuidMicro: MicroBenchmark = {
  name: "writeUuid",
  what: "a uuid as text",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const uuids = Array.from({ length: SAMPLE_COUNT }, (_, index) => sampleUuid(index));
    const target = new Uint8Array(UUID_BYTES);
    return () => {
      let last = 0;
      for (const uuid of uuids) {
        writeUuid(uuid, target);
        last += target[UUID_BYTES - 1] as number;
      }
      return last;
    };
  },
};
