import type { BindAddress } from "./bind-address.js";
import type { Origin } from "./origin.js";

/** From the most to the least; `info` by default. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

/** How concurrent writes to an attribute are merged (model, section 2). */
export const mergeKinds = ["register", "set", "map", "counter"] as const;
export type MergeKind = (typeof mergeKinds)[number];

/** A valid `server.toml`, with every default filled in. Paths are absolute; durations are in milliseconds. */
export interface Config {
  /** `db_path`: the directory of the embedded store; `./data` beside the file by default. */
  readonly dbPath: string;
  /** `adminbindpath`: the unix socket; `concordat.sock` in `dbPath` by default. */
  readonly adminBindPath: string;
  /** `bindaddress`: the data API over TCP; `undefined` where only the unix socket serves. */
  readonly bindAddress: BindAddress | undefined;
  readonly logLevel: LogLevel;
  /** `read_only`: local writes are refused, replication goes on; `false` by default. */
  readonly readOnly: boolean;
  readonly storage: StorageConfig;
  readonly api: ApiConfig;
  /** `undefined` for a node without `[replication]`; otherwise the acknowledgement line was there. */
  readonly replication: ReplicationConfig | undefined;
  /** `[attributes.<name>]`, by name; an object without a prototype, so that any name is only a name. */
  readonly attributes: Readonly<Record<string, AttributeConfig>>;
}

/** `[api]`: how the data API is served over TCP. */
export interface ApiConfig {
  /** `tls_cert` and `tls_key`, absolute paths of PEM files; there for every `bindAddress` that is no loopback address. */
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | undefined;
}

/** `url` may hold a password: do not log it. */
export type StorageConfig =
  | { readonly type: "lmdb" }
  | { readonly type: "memory" }
  /** `sqlEntries`: entries are kept as JSON beside the rows, for SQL to read; `false` by default. */
  | { readonly type: "postgres"; readonly url: string; readonly sqlEntries: boolean };

export const uniqueConflicts = ["earliest", "all"] as const;

/** `earliest`: the entry that had the value first; `all`: none of them. The same on all nodes, or they show different things. */
export type UniqueConflict = (typeof uniqueConflicts)[number];

export interface ReplicationConfig {
  /** Where partners reach this node, and what its certificate is made for. */
  readonly origin: Origin;
  readonly bindAddress: BindAddress;
  /** How long a pull waits when no push wakes it; 15 s by default. */
  readonly taskPollIntervalMs: number;
  /** Age at which tombstones are purged; 7 days by default (model, section 7). */
  readonly changelogMaxAgeMs: number;
  /** How far ahead of the local clock a change may be stamped; 5 minutes by default (model, section 1). */
  readonly maxClockSkewMs: number;
  /** Who shows a value of a unique attribute that several entries have after a merge; `earliest` by default (model, section 3). */
  readonly uniqueConflict: UniqueConflict;
  /** The node renews its certificate so long before it expires; 30 days by default, `undefined` for `"never"`. */
  readonly certificateRenewBeforeMs: number | undefined;
  /** In the order of the file; their origins differ from each other and from this node's. */
  readonly partners: readonly PartnerConfig[];
}

export type PartnerConfig = MutualPullPartner | PullPartner | AllowPullPartner;

/** Each pulls from the other. */
export interface MutualPullPartner extends PartnerIdentity {
  readonly type: "mutual-pull";
  /** Refresh from this partner without being asked; `false` by default. */
  readonly automaticRefresh: boolean;
}

/** This node pulls from the partner. */
export interface PullPartner extends PartnerIdentity {
  readonly type: "pull";
  /** Refresh from this partner without being asked; `false` by default. */
  readonly automaticRefresh: boolean;
}

/** The partner pulls from this node. */
export interface AllowPullPartner extends PartnerIdentity {
  readonly type: "allow-pull";
}

export interface PartnerIdentity {
  readonly origin: Origin;
  /** The one or two certificates that the partner may show, DER; two while it renews. */
  readonly certificates: readonly Uint8Array[];
  /** Whether a certificate counts that the partner announces with the signature of one that counts; `true` by default. */
  readonly acceptRenewedCertificates: boolean;
}

/** `[attributes.<name>]`; `register` and `false` by default. */
export interface AttributeConfig {
  readonly merge: MergeKind;
  /** A filter on one of its values reads the entries that have it, not all. */
  readonly index: boolean;
  /** No two live entries may have the same value. */
  readonly unique: boolean;
  /** Values are uuids of other entries. */
  readonly reference: boolean;
  /** An entry without it is shown as a conflict. */
  readonly required: boolean;
}
