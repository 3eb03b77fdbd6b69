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
  /** There is no room here for what the partner has. */
  | "storage-full"
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
  /** Pulls that were complete, and tries that failed or were refused, since the link began. */
  readonly pulls: number;
  readonly failuresTotal: number;
  /** Since when nothing comes from the partner and nothing goes to it, as the operator wants it. */
  readonly pausedSinceMicros?: number;
  /** The partner's last request to this node. */
  readonly lastSuppliedAtMicros: number | undefined;
  /** `undefined` where nothing is pulled, and while nothing is known of it. */
  readonly lag: Lag | undefined;
  /** `undefined` where nothing is supplied, and before the partner's first request since the link began. */
  readonly behindBy: BehindBy | undefined;
  /** What the partner has, as it told it with its last request; `undefined` as for `behindBy`. Not to be changed. */
  readonly acknowledgedRuv: Ruv | undefined;
  /** Of the pull that brings changes now. */
  readonly catchingUp: CatchingUp | undefined;
  /**
   * Until when this node can stay away from the partner without having to be refreshed: `changelogMaxAgeMs` after the last pull,
   * as it is set here. Wall clock, in microseconds; `undefined` where nothing is pulled, or ever was.
   */
  readonly forcedRefreshAtMicros: number | undefined;
  /** `undefined` before its first hello since the link began. */
  readonly peer: Peer | undefined;
}

/** What a partner has and this node lacks. */
export interface Lag {
  /** Age of the oldest change that is known to be missing, by its author's clock; 0 when none is. */
  readonly seconds: number;
  /**
   * What is missing without being known got to the partner no longer ago than this; equal to `seconds` while a connection
   * waits for news. `undefined` when this database never had all that the partner had.
   */
  readonly secondsMax: number | undefined;
  /** Entries that are still to come, at most; `undefined` while nobody has said. */
  readonly changes: number | undefined;
}

/** What this node has and a partner has not acknowledged; it may have got that from somebody else meanwhile. */
export interface BehindBy {
  /** Age of the oldest such change, by its author's clock; 0 when there is none. */
  readonly seconds: number;
  /** Entries that changed here since, at most. */
  readonly changes: number;
}

export interface CatchingUp {
  readonly entries: number;
  /** Of all that come with this pull, those that have come included. */
  readonly entriesEstimate: number;
  readonly bytes: number;
  readonly bytesEstimate: number;
  /** `undefined` until something has come. */
  readonly secondsLeft: number | undefined;
}

/** What a partner said of itself in its last hello, on a connection of either direction. */
export interface Peer {
  readonly serverUuid: ServerUuid;
  readonly domainUuid: DomainUuid;
  /** Name and version of its program. It comes from outside. */
  readonly software: string;
  /** How far its clock was ahead of this node's; negative when it was behind. */
  readonly clockAheadMicros: number;
  readonly saidAtMicros: number;
}

export interface RefreshProgress {
  readonly origin: string;
  readonly entries: number;
  readonly entriesEstimate: number;
  readonly bytes: number;
  readonly bytesEstimate: number;
}
