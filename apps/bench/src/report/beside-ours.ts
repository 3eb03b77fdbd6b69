import type { Measurement } from "./measurement.js";

/**
 * Holds what has no limit of its own against our figure of the same workload and unit: that of the same size where there is one,
 * and the first one otherwise.
 */
export const besideOurs = (measurements: readonly Measurement[]): readonly Measurement[] =>
  measurements.map((one) => {
    if (one.subject === OURS || one.limit) return one;
    const ours = measurements.filter(
      ({ subject, workload, unit }) => subject === OURS && workload === one.workload && unit === one.unit,
    );
    const beside = ours.find(({ what }) => one.what.startsWith(what)) ?? ours[0];
    return beside ? { ...one, limit: { subject: OURS, value: beside.value } } : one;
  });

const OURS = "concordat";
