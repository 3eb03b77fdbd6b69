import type { Uuid } from "@concordat/crdt";

export type ReplicaErrorCode =
  /** No live entry has this uuid. */
  | "entry_not_found"
  /** The entry was deleted, and its tombstone still holds the uuid. */
  | "entry_deleted"
  /** A live entry has this uuid already. */
  | "entry_exists"
  /** The entry is not at the version that the caller expected. */
  | "version_mismatch"
  /** The record would be over the entry limit. */
  | "entry_too_large"
  /** Another entry has the value of a unique attribute already. */
  | "unique_violation"
  /** The schema does not accept the entry: a required attribute is missing, or a validator refuses a value. */
  | "entry_invalid"
  /** A schema, or a merge kind for one, that means nothing. */
  | "invalid_schema"
  /** This replica takes no local writes: `readOnly`. */
  | "read_only"
  /** A value, an attribute name or a change that the model or the schema does not admit. */
  | "invalid_change"
  /** The attribute is of a merge kind that this replica does not know: remove it here, or write it elsewhere. */
  | "unknown_merge_kind"
  /** The schema does not index the attribute that entries are to be found by. */
  | "not_indexed"
  /** There is no conflict with this id: it was settled, or never was one. */
  | "conflict_not_found"
  /** Not a token that `token` gave. */
  | "invalid_token"
  /** No partner of this origin that this node pulls from. */
  | "unknown_partner"
  /** A backup that was cut off or changed, or something else than a backup. */
  | "backup_damaged"
  /** A backup of another version. */
  | "backup_unsupported"
  /** The partner is paused: `resumePartner` first. */
  | "partner_paused"
  /** The replica was closed. */
  | "closed"
  /** What is stored is not what this version writes. */
  | "database_corrupt";

/** What the caller asked for and could not have. The message names the entry or the attribute, and the remedy. */
export class ReplicaError extends Error {
  override readonly name = "ReplicaError";

  /** Which entry of a transaction a constraint refuses. */
  readonly entry: Uuid | undefined;

  constructor(
    readonly code: ReplicaErrorCode,
    message: string,
    options: ErrorOptions & { readonly entry?: Uuid } = {},
  ) {
    super(message, options);
    this.entry = options.entry;
  }
}
