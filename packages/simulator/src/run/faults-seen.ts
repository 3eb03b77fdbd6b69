import { FAULT_KINDS } from "../schedule/fault-profile.js";

/** Every fault that is counted when it takes effect: each class; whatever cut a connection, and crashes of every kind, as one each. */
export const FAULTS_SEEN: readonly string[] = [
  ...FAULT_KINDS.filter((kind) => kind !== "connection-cut"),
  "cut",
  "crash",
].sort();
