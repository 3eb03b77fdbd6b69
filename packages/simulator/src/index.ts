export type { RecordedWriter } from "./model/recording-replica.js";
export type { Action, Deed } from "./schedule/action.js";
export { FAULT_KINDS, type FaultKind, type FaultProbabilities } from "./schedule/fault-profile.js";
export type { Plan } from "./schedule/plan.js";
export { SeededRandom } from "./seeded-random.js";
export { type ShrinkOptions, shrinkSchedule } from "./shrink-schedule.js";
export { type SimulationOptions, type SimulationOutcome, type SimulationReport, simulate } from "./simulate.js";
export type { Checker } from "./violation.js";
export { DEFAULT_SCHEMA, defaultWorkload, type Workload, type WorkloadContext } from "./workload.js";
