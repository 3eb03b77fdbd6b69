import type { DomainUuid, Ruv, ServerUuid } from "@concordat/crdt";
import type { PartnerType } from "./partner.js";

/** Everything `status` shows, read at one moment, from memory. */
export interface ReplicaStatus {
  readonly domainUuid: DomainUuid;
  readonly serverUuid: ServerUuid;
  /** Local writes are refused. */
  readonly readOnly: boolean;
  readonly ruv: Ruv;
  readonly totals: Totals;
  readonly partners: readonly PartnerStatus[];
  /** The refresh that runs now. */
  readonly refresh: RefreshProgress | undefined;
}

/** What the database holds. */
export interface Totals {
  readonly liveEntries: number;
  readonly tombstones: number;
  readonly recordBytes: number;
}

export type LinkState =
  /** Not tried yet. */
  | "never-connected"
  /** Everything that the partner had at the last pull is here. */
  | "in-sync"
  | "catching-up"
  | "refreshing"
  /** `allow-pull`: nothing is pulled over this link. */
  | "supply-only"
  /** By `pausePartner`, until `resumePartner`. */
  | "paused"
  | "unreachable"
  | "certificate-refused"
  | "certificate-not-pinned"
  | "certificate-expired"
  | "certificate-missing"
  | "name-not-resolved"
  | "domain-mismatch"
  | "refresh-required"
  | "unwilling"
  | "critical"
  | "no-overlap"
  | "clock-skew"
  | "duplicate-server-uuid"
  | "protocol-error";

export interface PartnerStatus {
  readonly origin: string;
  readonly type: PartnerType;
  readonly state: LinkState;
  /** What happened, in one sentence. */
  readonly message: string;
  /** What to do about it; `undefined` when nothing. */
  readonly remedy: string | undefined;
  /** Whether a connection to the partner is open. */
  readonly connected: boolean;
  /** Wall clock, in microseconds since the Unix epoch. */
  readonly lastAttemptAtMicros: number | undefined;
  readonly lastPullAtMicros: number | undefined;
  /** Changed entries applied from this partner since the replica was opened. */
  readonly entriesApplied: number;
  readonly bytesReceived: number;
  /** Tries since the last success. */
  readonly failures: number;
  /** Since when nothing comes from the partner and nothing goes to it, as the operator wants it. */
  readonly pausedSinceMicros?: number;
  /** The partner's last request to this node. */
  readonly lastSuppliedAtMicros: number | undefined;
}

export interface RefreshProgress {
  readonly origin: string;
  readonly entries: number;
  readonly entriesEstimate: number;
  readonly bytes: number;
  readonly bytesEstimate: number;
}
