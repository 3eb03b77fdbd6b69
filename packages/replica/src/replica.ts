import type { ChangeId, DomainUuid, Ruv, ServerUuid, Uuid, Value } from "@concordat/crdt";
import type { Channel } from "@concordat/protocol";
import type { BackupProgress } from "./backup/check-backup.js";
import type { CompareOptions, ComparisonOutcome } from "./comparison.js";
import type { Conflict, ConflictPage, ConflictResolution, ConflictsOptions } from "./conflict.js";
import type { AttributeChanges, Attributes, Entry, Lookup } from "./entry.js";
import type { LiveChanges } from "./live-settings.js";
import type { PartnerOptions } from "./partner.js";
import type { RefreshProgress, ReplicaStatus } from "./replica-status.js";
import type { Schema } from "./schema.js";
import type { PullOutcome } from "./session/pull-outcome.js";

/** One replica of one database. Made by `openReplica`. */
export interface Replica {
  readonly domainUuid: DomainUuid;
  /** This incarnation; a refresh takes a new one. */
  readonly serverUuid: ServerUuid;
  /** What entries are held to here: what the replica was opened with, or `setSchema` was given last. */
  readonly schema: Schema;

  /** Creates an entry. Errors as `Transaction.create`. Durable when it resolves. */
  create(attributes: Attributes, options?: CreateOptions): Promise<Uuid>;
  modify(uuid: Uuid, changes: AttributeChanges, options?: WriteOptions): Promise<void>;
  delete(uuid: Uuid, options?: WriteOptions): Promise<void>;

  /**
   * Runs `work` as one transaction: all or nothing, one change id, durable when it resolves. Transactions run one
   * after the other, so `work` should not wait for anything but the transaction. Whatever it throws undoes it all.
   */
  transact<T>(work: (transaction: Transaction) => T | Promise<T>): Promise<Committed<T>>;

  get(uuid: Uuid): Promise<Entry | undefined>;
  /** Tells a deleted entry from one that never was. */
  lookup(uuid: Uuid): Promise<Lookup>;
  /** In the order of `uuids`; `undefined` where no live entry is. One read for all. */
  getMany(uuids: readonly Uuid[]): Promise<(Entry | undefined)[]>;
  /** Live entries in the order of their uuids. */
  list(options?: ListOptions): Promise<EntryPage>;
  /**
   * Live entries that show `value` in `attribute`, which the schema indexes, in the order of their uuids. Exactly those that
   * `list` would find by going through all: an array shows each of its elements, a value that a constraint hides is not
   * shown, and numbers are equal by what they are worth. O(entries found), with and without `filter`.
   *
   * Throws `not_indexed`, and `invalid_change` for what no attribute could hold (null, half of a surrogate pair, …).
   */
  find(options: FindOptions): Promise<EntryPage>;
  /** All live entries of one moment, in the order of their uuids, in bounded memory. */
  entries(): AsyncIterable<Entry>;

  /**
   * Entries as they change here, by local writes and by replication, each in its newest state (an entry that changes
   * twice before it is read shows once). Without `after`, from now on. Ends when `signal` aborts or the replica closes.
   */
  changes(options?: ChangesOptions): AsyncIterable<Change>;

  /**
   * What lost a merge, or is hidden by the schema, and was not settled yet. The same on every node that has the same
   * state and schema.
   */
  conflicts(options?: ConflictsOptions): Promise<ConflictPage>;
  conflict(id: string): Promise<Conflict | undefined>;
  /**
   * Settles a conflict by one transaction, which replicates as any other. Resolves to the entry that holds what was kept,
   * `undefined` when that is a deletion. Throws `conflict_not_found`, `invalid_change`.
   */
  resolveConflict(id: string, resolution: ConflictResolution): Promise<Committed<Uuid | undefined>>;

  /** Count and SHA-256 of all merged states, tombstones too: equal exactly when two replicas hold the same. O(entries). */
  digest(): Promise<ContentDigest>;
  /**
   * Finds the entries that differ from a partner's, without copying any, over a connection of its own: O(entries) of reading on both
   * sides, a few KiB for each difference on the wire. Of the moments at which each was looked at: writes go on. Throws
   * `unknown_partner`, and a `ProtocolError` as a pull would.
   */
  compareWith(origin: string, options?: CompareOptions): Promise<ComparisonOutcome>;
  /** Checks every invariant of the stored database. O(entries). */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  ruv(): Ruv;
  /** What this replica has seen, as an opaque word: for `waitFor` of any other, to read there what was written here. */
  token(): string;
  /**
   * Waits until this replica has seen everything that `token` speaks of, but for a timeout (10,000 ms when left out; 0 only
   * looks) or an aborted signal. Throws `invalid_token`, and `closed` when the replica closes first.
   */
  waitFor(token: string, options?: WaitOptions): Promise<WaitOutcome>;
  status(): ReplicaStatus;

  /** Replaces partners: links that are no longer named end, new ones start, unchanged ones (same object) go on. */
  setPartners(partners: readonly PartnerOptions[]): void;
  /**
   * Pulls nothing from the partner and supplies nothing to it until `resumePartner`, also after a restart: it is kept in the
   * database. Resolves when what ran has ended. Throws `unknown_partner`.
   */
  pausePartner(origin: string): Promise<void>;
  /** Goes on with a partner that was paused, or does nothing. Throws `unknown_partner`. */
  resumePartner(origin: string): Promise<void>;
  /**
   * Has this node and the partner say hello anew: over a new connection of this node's own where it has one, otherwise by ending the
   * partner's, which comes back by itself.
   */
  reconnectPartner(origin: string, options?: ReconnectOptions): void;
  /** Changes settings while the replica runs; those that are left out stay. What waits by an old one, waits by the new one. */
  adjust(changes: LiveChanges): void;
  /**
   * Holds entries to another schema from here on. What it makes of entries that are there already is worked out before it
   * resolves, in O(entries) when constraints change; writes wait for it. Throws `invalid_schema`, with nothing changed. Where the storage
   * fails it rejects, with a `StorageError`, and that work is done as soon as it can be: until then `find` throws `not_indexed`.
   */
  setSchema(schema: Schema): Promise<void>;
  /** Supplies the partner on `channel` until it ends. Never rejects. */
  accept(channel: Channel): Promise<void>;
  /**
   * Pulls once over `channel`, which is closed afterwards: for those who keep their own schedule or transport. Rejects
   * as a link's pull would, with a `ProtocolError`; what was applied before stays, and the next pull goes on.
   */
  pullFrom(channel: Channel, options?: PullOptions): Promise<PullOutcome>;
  /** Pulls from every partner without waiting for the next poll. */
  pullNow(): void;

  /**
   * Replaces the whole content by a partner's. The old content is served, and takes writes, until one atomic step
   * swaps the databases. Rejects with a `ProtocolError`, a `StorageError`, `unknown_partner` or `partner_paused`; then nothing changed,
   * and the next try goes on where this one stopped.
   */
  refresh(options?: RefreshOptions): Promise<RefreshOutcome>;

  /**
   * A consistent backup of this moment's database, while writes go on: `docs/backup-format.md`. Read no faster than it is taken, in
   * bounded memory; the moment is when the first bytes are asked for. Whoever stops early has none.
   */
  backup(options?: BackupOptions): AsyncIterable<Uint8Array>;

  /**
   * Replaces the whole content by a backup's, under a new server uuid; partners give back what they have had since. The old
   * content is served, and takes writes, until one atomic step swaps the databases, once the backup was checked to its end. The old
   * database is kept until the next refresh or restore. Rejects with `backup_damaged`, `backup_unsupported`, a `StorageError`, or
   * what aborted `signal`; then nothing changed.
   */
  restore(options: RestoreOptions): Promise<RestoreOutcome>;

  /**
   * Goes on under another server uuid: for a database that was restored from a backup, before anything is written to it.
   * Partners give back what came after the backup. Resolves to the new uuid.
   */
  renewServerUuid(): Promise<ServerUuid>;

  /**
   * Purges now what is old enough, as the replica does by itself every hour or so: deletions and removal marks older than
   * `changelogMaxAgeMs`. In steps between which others write; work grows with what is old enough.
   */
  purge(): Promise<PurgeOutcome>;

  /** Ends links and connections, waits for the transaction that runs, closes the storage. */
  close(): Promise<void>;
}

export interface Transaction {
  /** Known from the start; taken only if the transaction writes. */
  readonly changeId: ChangeId;
  /** The entry as this transaction has made it. */
  get(uuid: Uuid): Promise<Entry | undefined>;
  lookup(uuid: Uuid): Promise<Lookup>;
  /** Throws `entry_exists`, `entry_deleted` (for a uuid of the caller's), `invalid_change`, `entry_too_large`. */
  create(attributes: Attributes, options?: CreateOptions): Promise<Uuid>;
  /** Makes the entry's attributes exactly these, creating it when it is absent. Throws `entry_deleted`, `version_mismatch`, … */
  put(uuid: Uuid, attributes: Attributes, options?: WriteOptions): Promise<"created" | "replaced">;
  /** Throws `entry_not_found`, `entry_deleted`, `version_mismatch`, `invalid_change`, `entry_too_large`. */
  modify(uuid: Uuid, changes: AttributeChanges, options?: WriteOptions): Promise<void>;
  delete(uuid: Uuid, options?: WriteOptions): Promise<void>;
}

export interface CreateOptions {
  readonly uuid?: Uuid;
}

export interface WriteOptions {
  /** Throws `version_mismatch` unless the entry is at this version. */
  readonly ifVersion?: string;
}

export interface Committed<T> {
  readonly result: T;
  /** `undefined` when nothing was written. */
  readonly changeId: ChangeId | undefined;
}

export interface ReconnectOptions {
  /** End the connections that the partner has opened in any case. */
  readonly both?: boolean;
}

export interface PullOptions {
  /**
   * Opens a second connection to the partner, to compare histories where it shows that this replica went back in time or was
   * copied. Without it a link to the partner serves, or what is remembered of the partner.
   */
  readonly connect?: (signal: AbortSignal) => Promise<Channel>;
}

export type PurgeOutcome =
  /** `entries` were taken out or lost old marks; nothing up to `throughMicros` (since the Unix epoch) is kept for long. */
  | { readonly kind: "purged"; readonly entries: number; readonly throughMicros: number }
  /** There are partners, and none has told its clock yet: the local clock alone is not trusted with this. */
  | { readonly kind: "no-clock-heard" };

export interface ListOptions {
  /** Entries after this uuid. */
  readonly after?: Uuid;
  /** At most this many entries; 100 when left out, 10,000 at the most. */
  readonly limit?: number;
  /** Only entries that it accepts; a page may then end early, with `next` to go on. */
  readonly filter?: (entry: Entry) => boolean;
}

export interface FindOptions extends ListOptions {
  readonly attribute: string;
  readonly value: Value;
}

export interface EntryPage {
  readonly entries: readonly Entry[];
  /** For `after`; `undefined` at the end. */
  readonly next: Uuid | undefined;
}

export interface ChangesOptions {
  /** The `position` of the last change that the reader has handled. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

/** `reset`: the content was replaced, or `after` is too old to tell: read everything anew, then go on. */
export type Change =
  | {
      readonly kind: "put";
      readonly position: string;
      readonly uuid: Uuid;
      readonly attributes: Attributes;
      readonly entry: Entry;
    }
  | { readonly kind: "delete"; readonly position: string; readonly uuid: Uuid; readonly attributes?: undefined }
  | { readonly kind: "reset"; readonly position: string; readonly uuid?: undefined; readonly attributes?: undefined };

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export type WaitOutcome =
  | { readonly kind: "seen" }
  /** Of each server, the time in microseconds up to which its changes would have to be here. */
  | { readonly kind: "timeout"; readonly missing: readonly { readonly server: ServerUuid; readonly seen: number }[] };

export interface ContentDigest {
  readonly liveEntries: number;
  readonly tombstones: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface VerifyOptions {
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

export interface VerifyProgress {
  readonly entries: number;
  readonly entriesTotal: number;
}

export interface VerifyReport {
  readonly entriesChecked: number;
  /** As `digest` gives it, hexadecimal; `undefined` where an entry does not read. */
  readonly sha256: string | undefined;
  /** Empty when all is well; at most 100 are named. */
  readonly problems: readonly string[];
}

export interface RefreshOptions {
  /** The partner's origin; may be left out when only one is pulled from. */
  readonly from?: string;
  /** Go on although changes that only this node has will be lost. */
  readonly discardLocalChanges?: boolean;
  readonly onProgress?: (progress: RefreshProgress) => void;
  readonly signal?: AbortSignal;
}

export interface BackupOptions {
  readonly signal?: AbortSignal;
}

export interface RestoreOptions {
  readonly backup: AsyncIterable<Uint8Array>;
  /** Go on although changes will be lost that the backup does not have, unless a partner has them. */
  readonly discardLocalChanges?: boolean;
  readonly onProgress?: (progress: BackupProgress) => void;
  readonly signal?: AbortSignal;
}

export type RestoreOutcome =
  | {
      readonly kind: "restored";
      /** When the backup was made, in microseconds since the Unix epoch. */
      readonly createdAtMicros: number;
      readonly domainUuid: DomainUuid;
      /** The new one. */
      readonly serverUuid: ServerUuid;
      readonly entries: number;
      readonly bytes: number;
      /** Entries with changes that the backup does not have. */
      readonly discarded: number;
    }
  /** The backup does not have the newest changes of these entries; nothing was touched. */
  | { readonly kind: "would-discard"; readonly entries: number; readonly sample: readonly Uuid[] }
  /** The current database does not read, so that nobody can say what would be lost; nothing was touched. */
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string; readonly remedy: string };

export type RefreshOutcome =
  | {
      readonly kind: "refreshed";
      readonly origin: string;
      readonly entries: number;
      readonly bytes: number;
      readonly discarded: number;
    }
  /** Only this node has changes of these entries; nothing was touched. */
  | {
      readonly kind: "would-discard";
      readonly origin: string;
      readonly entries: number;
      readonly sample: readonly Uuid[];
    }
  /** The partner does not supply a refresh now. */
  | { readonly kind: "refused"; readonly origin: string; readonly reason: string; readonly remedy: string };
