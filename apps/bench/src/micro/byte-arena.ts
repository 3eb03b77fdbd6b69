import { ByteArena } from "@concordat/storage";
import type { MicroBenchmark } from "./micro-benchmark.js";

const CALLS = 20_000;
/** A key, and the record of an entry. */
const LENGTHS = [17, 600] as const;

export const byteArenaMicro: MicroBenchmark = {
  name: "ByteArena.take",
  what: `${LENGTHS.join(" and ")} bytes in turn`,
  calls: CALLS,
  prepare: () => {
    const arena = new ByteArena();
    return () => {
      let bytes = 0;
      for (let call = 0; call < CALLS; call += 1) bytes += arena.take(LENGTHS[call % 2] as number).length;
      return bytes;
    };
  },
};
