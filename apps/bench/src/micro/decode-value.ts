import { decodeValue, encodeValue } from "@concordat/protocol";
import { sampleAttributes } from "../sample/sample-entries.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

/** `scanValue`, and the reading of what it has passed. */
export const decodeValueMicro: MicroBenchmark = {
  name: "decodeValue",
  what: "the attributes of an entry as one value",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const values = Array.from({ length: SAMPLE_COUNT }, (_, index) => encodeValue({ ...sampleAttributes(index) }));
    return () => {
      let objects = 0;
      for (const value of values) if (typeof decodeValue(value) === "object") objects += 1;
      return objects;
    };
  },
};
