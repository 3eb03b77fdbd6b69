export type { CleanUp } from "./clean-up.js";
export type { Requirement, RequirementResult, Verdict } from "./requirement.js";
export { requirements } from "./requirements.js";
export { type ConformanceOptions, type ConformanceReport, runConformance } from "./run-conformance.js";
export type { RunnerOptions } from "./runner.js";
export {
  type Connection,
  type ConnectOptions,
  HandshakeRefused,
  type PeerCertificate,
  Silence,
  Unreachable,
  type Wire,
} from "./wire.js";
