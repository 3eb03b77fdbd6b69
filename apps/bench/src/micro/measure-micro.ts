import { performance } from "node:perf_hooks";
import { median } from "../report/measurement.js";
import type { MicroBenchmark } from "./micro-benchmark.js";

const WARMUP_ROUNDS = 10;
const ROUNDS = 21;

/** Nanoseconds a call: the median of the rounds that follow some that are not counted. */
export const measureMicro = (
  { name, calls, prepare }: MicroBenchmark,
  rounds: number = ROUNDS,
  warmupRounds: number = WARMUP_ROUNDS,
): number => {
  const round = prepare();
  let result = 0;
  for (let count = 0; count < warmupRounds; count += 1) result += round();
  const times = Array.from({ length: rounds }, () => {
    const started = performance.now();
    result += round();
    return performance.now() - started;
  });
  if (!(result > 0)) throw new Error(`the calls of ${name} came to nothing`);
  return (median(times) * 1_000_000) / calls;
};
