import type { Action } from "./schedule/action.js";
import { type SimulationOptions, type SimulationOutcome, simulate } from "./simulate.js";

type Violated = Extract<SimulationOutcome, { kind: "violation" }>;

export interface ShrinkOptions {
  /** Runs to spend at the most; 400 when left out. */
  readonly runsMax?: number;
  readonly onProgress?: (progress: { readonly runs: number; readonly actions: number }) => void;
}

/**
 * The shortest schedule found that breaks the same promise as `violated`, which came of `options`: actions are left out, half of
 * them at a time and then fewer and fewer, for as long as the same checker still complains (Zeller and Hildebrandt, "Simplifying and
 * isolating failure-inducing input", 2002). Answers `violated` itself where nothing may be left out.
 */
export const shrinkSchedule = async (
  options: SimulationOptions,
  violated: Violated,
  { runsMax = 400, onProgress }: ShrinkOptions = {},
): Promise<Violated> => {
  let best = violated;
  let runs = 0;
  const fails = async (actions: readonly Action[]): Promise<boolean> => {
    runs += 1;
    const outcome = await simulate({ ...options, actions });
    if (outcome.kind !== "violation" || outcome.checker !== violated.checker) return false;
    best = outcome;
    onProgress?.({ runs, actions: actions.length });
    return true;
  };
  let parts = 2;
  while (best.actions.length > 0 && runs < runsMax) {
    const size = Math.ceil(best.actions.length / parts);
    let isShorter = false;
    for (let start = 0; start < best.actions.length && runs < runsMax; ) {
      const rest = best.actions.toSpliced(start, size);
      // What was left out does not count on: the next part has moved to its place.
      if (await fails(rest)) isShorter = true;
      else start += size;
    }
    if (size === 1 && !isShorter) break;
    if (size > 1) parts = Math.min(best.actions.length, parts * 2);
  }
  return best;
};
