export type { BackupHeader } from "./backup/backup-header.js";
export {
  type BackupProgress,
  type BackupSummary,
  type CheckBackupOptions,
  checkBackup,
} from "./backup/check-backup.js";
export type { CertificateExchange, ConnectionPeer, HelloHeard } from "./certificate-exchange.js";
export type {
  CompareOptions,
  CompareProgress,
  Comparison,
  ComparisonOutcome,
  Difference,
  Explanation,
} from "./comparison.js";
export type {
  Conflict,
  ConflictKind,
  ConflictPage,
  ConflictResolution,
  ConflictSide,
  ConflictsOptions,
} from "./conflict.js";
export { type Connection, connect } from "./connect.js";
export type {
  AttributeChange,
  AttributeChanges,
  Attributes,
  CounterChange,
  ElementsChange,
  Entry,
  EntryContent,
  KeysChange,
  Lookup,
  UnreadAttribute,
} from "./entry.js";
export type { ForkEvidence } from "./fork/fork-evidence.js";
export {
  type CheckMergeKindOptions,
  checkMergeKind,
  type MergeKindLaw,
  MergeKindLawError,
} from "./kind/check-merge-kind.js";
export { type DefinedKind, defineMergeKind, type MergeKindDefinition } from "./kind/merge-kind.js";
export { type LinkReport, reportOfError } from "./link/link-state.js";
export type { LiveChanges, LiveSettings } from "./live-settings.js";
export { openReplica, type ReplicaOptions } from "./open-replica.js";
export type { PartnerOptions, PartnerType } from "./partner.js";
export type { Clock } from "./ports/clock.js";
export type { CreateHash, Hash } from "./ports/hash.js";
export { type Log, type LogFields, SILENT_LOG } from "./ports/log.js";
export type { Ports } from "./ports/ports.js";
export type { Random } from "./ports/random.js";
export { type EntryRow, type EntryRowReader, entryRowReader } from "./read/entry-rows.js";
export type {
  BackupOptions,
  Change,
  ChangesOptions,
  Committed,
  ContentDigest,
  CreateOptions,
  EntryPage,
  FindOptions,
  ListOptions,
  PullOptions,
  PurgeOutcome,
  ReconnectOptions,
  RefreshOptions,
  RefreshOutcome,
  Replica,
  RestoreOptions,
  RestoreOutcome,
  Transaction,
  VerifyOptions,
  VerifyProgress,
  VerifyReport,
  WaitOptions,
  WaitOutcome,
  WriteOptions,
} from "./replica.js";
export { ReplicaError, type ReplicaErrorCode } from "./replica-error.js";
export type {
  BehindBy,
  CatchingUp,
  Lag,
  LinkState,
  PartnerStatus,
  Peer,
  RefreshProgress,
  ReplicaStatus,
  Totals,
} from "./replica-status.js";
export { type RestoreStorageOptions, restoreStorage } from "./restore-storage.js";
export { type AttributeSchema, mergeKindOf, type Schema } from "./schema.js";
export type { PullOutcome } from "./session/pull-outcome.js";
export type { StandardResult, StandardSchema } from "./standard-schema.js";
export { systemClock, systemHash, systemRandom } from "./system/system-ports.js";
