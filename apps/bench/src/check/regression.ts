import { type Measurement, ratioOf } from "../report/measurement.js";

/** The ratios to the limit that a build is held to, by workload and what was done. */
export type Baseline = Readonly<Record<string, number>>;

/** A build may lose so much of its ratio to the limit. */
const LOSS_MAX = 1 / 3;

export const keyOf = ({ workload, what }: Pick<Measurement, "workload" | "what">): string => `${workload} ${what}`;

/** Of those figures that have a ratio, and a goal, the worst ratio of some runs by their keys: what a build reaches every time. */
export const baselineOf = (runs: readonly (readonly Measurement[])[]): Baseline => {
  const baseline: Record<string, number> = {};
  for (const one of runs.flat()) {
    const ratio = ratioOf(one);
    if (ratio === undefined || one.goal === undefined) continue;
    const before = baseline[keyOf(one)] ?? ratio;
    baseline[keyOf(one)] = Number((isMoreBetter(one) ? Math.min(before, ratio) : Math.max(before, ratio)).toFixed(3));
  }
  return baseline;
};

const isMoreBetter = ({ unit }: Measurement): boolean => unit === "/s";

/** Whether the figure has lost more than a third of the ratio that the baseline has for it; a figure without one never has. */
export const hasRegressed = (measurement: Measurement, baseline: Baseline): boolean => {
  const [before, ratio] = [baseline[keyOf(measurement)], ratioOf(measurement)];
  if (before === undefined || ratio === undefined) return false;
  return isMoreBetter(measurement) ? ratio < before * (1 - LOSS_MAX) : ratio > before / (1 - LOSS_MAX);
};
