import { type Measurement, ratioOf } from "../report/measurement.js";

/** The ratios to the limit that a build is held to, by workload and what was done. */
export type Baseline = Readonly<Record<string, number>>;

/** A build may lose so much of its ratio to the limit. */
const LOSS_MAX = 1 / 3;

export const keyOf = ({ workload, what }: Pick<Measurement, "workload" | "what">): string => `${workload} ${what}`;

/** Of those figures that have a ratio, the ratios by their keys. */
export const baselineOf = (measurements: readonly Measurement[]): Baseline =>
  Object.fromEntries(
    measurements.flatMap((one) => {
      const ratio = ratioOf(one);
      return ratio === undefined ? [] : [[keyOf(one), Number(ratio.toFixed(3))]];
    }),
  );

/** Whether the figure has lost more than a third of the ratio that the baseline has for it; a figure without one never has. */
export const hasRegressed = (measurement: Measurement, baseline: Baseline): boolean => {
  const [before, ratio] = [baseline[keyOf(measurement)], ratioOf(measurement)];
  if (before === undefined || ratio === undefined) return false;
  return measurement.unit === "/s" ? ratio < before * (1 - LOSS_MAX) : ratio > before / (1 - LOSS_MAX);
};
