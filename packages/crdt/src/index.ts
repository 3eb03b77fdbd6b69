export {
  type AttributeState,
  kindsByName,
  MERGE_KINDS,
  type MergeKind,
  mergeAttributes,
  newestChangeOf,
  type ShownNamed,
  shownNamed,
  visibleKind,
} from "./attribute-state.js";
export { type CausalChange, type CausalContext, contextOver, isKnownTo, NO_CONTEXT } from "./causal-context.js";
export { type ChangeId, compareChangeIds, laterChangeId, nextTimestamp } from "./change-id.js";
export { newestCommonChange } from "./common-changes.js";
export { conflictUuid } from "./conflict-uuid.js";
export { type CounterState, type CounterTotal, counterValue } from "./counter-state.js";
export { type ChangeRange, diffRuv, type RuvDifference, type ServerLag } from "./diff-ruv.js";
export { DuplicateChangeError } from "./duplicate-change-error.js";
export {
  type CreationConflict,
  conflictsIn,
  type DeletionConflict,
  type EntryConflict,
  type OverwriteConflict,
} from "./entry-conflict.js";
export {
  deletedAtOf,
  deletedEntry,
  type EntryIdentity,
  type EntryState,
  type LiveEntry,
  newestChangeOfEntry,
  newestChangesByServer,
  type Tombstone,
} from "./entry-state.js";
export { extendLineage, type Lineage, laterLineage, NO_LINEAGE } from "./lineage.js";
export { lostUpdates } from "./lost-updates.js";
export type { MapState } from "./map-state.js";
export { asConflict, mergeEntry, sameCreation, underOtherUuid } from "./merge-entry.js";
export { isNamedKind, KIND_NAME_BYTES_MAX, type NamedKind, type NamedStates } from "./named-kind.js";
export { isPlainEntry } from "./plain-entry.js";
export { type PurgedEntry, purgeableSince, purgeEntry } from "./purge-entry.js";
export { type Reannouncement, reannouncedEntry } from "./reannounce-entry.js";
export {
  mergeRegisters,
  type RegisterState,
  registerOf,
  sameValue,
  type Version,
  valuesIn,
  versionsOf,
  writtenRegister,
} from "./register-state.js";
export { claimedRows, isEmptyRuv, isUnseen, type Ruv, type RuvRow, type Seen, seenIn } from "./ruv.js";
export { type ElementKey, elementBytes, elementKey, type SetElement, type SetState } from "./set-state.js";
export { type SettledClaims, settleUnique, type UniqueClaim, type UniquePolicy } from "./settle-unique.js";
export { unseenPart } from "./supply-filter.js";
export {
  type DomainUuid,
  parseUuid,
  randomUuid,
  type ServerUuid,
  UUID_BYTES,
  type Uuid,
  uuidFromBytes,
  uuidToBytes,
  writeUuid,
} from "./uuid.js";
export { sameBytes, type Value, type ValueBytes } from "./value.js";
