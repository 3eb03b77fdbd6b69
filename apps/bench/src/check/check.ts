import { readFile, writeFile } from "node:fs/promises";
import type { Measurement } from "../report/measurement.js";
import { runWorkload } from "../run-workload.js";
import { WORKLOADS } from "../workload/workloads.js";
import { type Baseline, baselineOf, hasRegressed } from "./regression.js";

/** What a build may not lose: refresh, pull, merge, and the pull that finds nothing. */
const CHECKED_WORKLOADS = WORKLOADS.filter(({ id }) => ["W1", "W2", "W5", "W6"].includes(id));
/** A machine that is busy with something else is so for a while: only what is slow every time has become slow. */
const TRIES = 3;
const BASELINE = new URL("../baseline.json", import.meta.url);

/** Holds this build to the ratios of the baseline. @returns all figures, and those that have regressed. */
export const checkAgainstBaseline = async (): Promise<{
  readonly measurements: readonly Measurement[];
  readonly regressed: readonly Measurement[];
}> => {
  const baseline = JSON.parse(await readFile(BASELINE, "utf8")) as Baseline;
  const [measurements, regressed]: [Measurement[], Measurement[]] = [[], []];
  for (const workload of CHECKED_WORKLOADS) {
    let tried: readonly Measurement[] = [];
    for (let left = TRIES; left > 0; left -= 1) {
      tried = await runWorkload(workload, "check");
      if (!tried.some((one) => hasRegressed(one, baseline))) break;
    }
    measurements.push(...tried);
    regressed.push(...tried.filter((one) => hasRegressed(one, baseline)));
  }
  return { measurements, regressed };
};

/** Takes the worst ratios of some runs of this build as the baseline. */
export const takeBaseline = async (): Promise<readonly Measurement[]> => {
  const runs: (readonly Measurement[])[] = [];
  for (let left = TRIES; left > 0; left -= 1)
    for (const workload of CHECKED_WORKLOADS) runs.push(await runWorkload(workload, "check"));
  await writeFile(BASELINE, `${JSON.stringify(baselineOf(runs), undefined, 2)}\n`);
  return runs.flat();
};
