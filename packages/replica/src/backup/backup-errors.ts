import { ReplicaError } from "../replica-error.js";

/** It was cut off, its bytes changed, or it is something else. */
export const backupDamaged = (what: string): ReplicaError =>
  new ReplicaError("backup_damaged", `this is no whole backup: ${what}; nothing of it may be used: take another one`);

export const backupUnsupported = (what: string): ReplicaError =>
  new ReplicaError("backup_unsupported", `this program cannot read the backup: ${what}; use the version that made it`);
