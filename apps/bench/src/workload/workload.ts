import type { Measurement } from "../report/measurement.js";
import type { Subjects } from "./subjects.js";

/** How large a run is: the whole, a quick look, or what continuous integration checks. */
export type Scale = "full" | "quick" | "check";

export interface Workload {
  /** W1 to W10. */
  readonly id: string;
  readonly title: string;
  /** Ours and the limits, in turn, so that a machine that is busy for a while is so for all of them. */
  run(subjects: Subjects, scale: Scale): Promise<readonly Measurement[]>;
}
