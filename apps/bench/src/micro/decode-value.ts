import { decodeValue, encodeValue, readValue } from "@concordat/protocol";
import { sampleAttributes } from "../sample/sample-entries.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { SAMPLE_COUNT } from "./sample-count.js";

const valueMicro = (name: string, read: (bytes: Uint8Array) => unknown): MicroBenchmark => ({
  name,
  what: "the attributes of an entry as one value",
  calls: SAMPLE_COUNT,
  prepare: () => {
    const values = Array.from({ length: SAMPLE_COUNT }, (_, index) => encodeValue({ ...sampleAttributes(index) }));
    return () => {
      let objects = 0;
      for (const value of values) if (typeof read(value) === "object") objects += 1;
      return objects;
    };
  },
});

/** `scanValue`, and the reading of what it has passed. */
export const decodeValueMicro = valueMicro("decodeValue", decodeValue);

/** The reading alone, of what was validated before. */
export const readValueMicro = valueMicro("readValue", readValue);
