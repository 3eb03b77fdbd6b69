/** What the page reads of an overview: the status of the node, what the doctor says of it, and when that was. */
export interface OverviewAnswer {
  /** ISO 8601, by the clock of the node's machine: ages are measured against it, not against the browser's. */
  readonly at: string;
  readonly status: StatusAnswer;
  readonly findings: readonly FindingAnswer[];
  /** What a command needs after it to mean this node; starts with a space when it is not empty. */
  readonly commandSuffix: string;
}

/** Times are ISO 8601; what is not known is left out. */
export interface StatusAnswer {
  /** One sentence. */
  readonly verdict: string;
  readonly health: "ok" | "degraded";
  readonly version: string;
  readonly domainUuid: string;
  readonly serverUuid: string;
  /** Local writes are refused. */
  readonly readOnly: boolean;
  /** Left out for a node without `[replication]`. */
  readonly origin?: string;
  readonly startedAt: string;
  /** This node's own. */
  readonly certificate?: CertificateAnswer;
  /** While the node is going over to another one. */
  readonly renewal?: RenewalProgressAnswer;
  readonly totals: { readonly liveEntries: number; readonly tombstones: number; readonly recordBytes: number };
  readonly partners: readonly PartnerAnswer[];
  /** The refresh that runs now, whoever asked for it. */
  readonly refresh?: RefreshProgressAnswer;
  /** By server uuid. */
  readonly ruv: Readonly<Record<string, RuvRowAnswer>>;
  readonly refusedConnections: readonly RefusedConnectionAnswer[];
}

export interface PartnerAnswer {
  readonly origin: string;
  readonly type: string;
  /** Which way changes go: `both`, `pull` (to here), `supply` (from here). */
  readonly direction: string;
  readonly state: string;
  /** What happened, in one sentence. */
  readonly message: string;
  readonly remedy?: string;
  readonly connected: boolean;
  readonly lastPullAt?: string;
  readonly lastSuppliedAt?: string;
  readonly entriesApplied: number;
  readonly bytesReceived: number;
  readonly failures: number;
  /** What it has and this node lacks. */
  readonly lag?: LagAnswer;
  /** What this node has and it has not acknowledged. */
  readonly behindBy?: { readonly seconds: number; readonly changes: number };
  /** By server uuid, up to when it has acknowledged its changes. */
  readonly acknowledged?: Readonly<Record<string, string>>;
  /** Of the pull that brings changes now. */
  readonly catchingUp?: ProgressAnswer & { readonly secondsLeft?: number };
  /** From then on a refresh may be needed, unless this node pulls before. */
  readonly forcedRefreshAt?: string;
  /** Of a paused partner. */
  readonly pausedSince?: string;
  /** What it said of itself last. */
  readonly peer?: { readonly serverUuid: string };
  /** The pinned ones; two while it renews. */
  readonly certificates: readonly CertificateAnswer[];
}

export interface LagAnswer {
  /** Age of the oldest change that is known to be missing; 0 when none is. */
  readonly seconds: number;
  /** What is missing without being known is no older than this. */
  readonly secondsMax?: number;
  /** Entries that are still to come, at most. */
  readonly changes?: number;
}

export interface CertificateAnswer {
  readonly fingerprintSha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** How far the node is with another certificate. */
export interface RenewalProgressAnswer {
  readonly successorFingerprintSha256: string;
  /** Partners that accept it, and those that have not said so. */
  readonly having: readonly string[];
  readonly waitingFor: readonly string[];
  /** When the node goes over to it at the latest. */
  readonly until: string;
}

export interface ProgressAnswer {
  readonly entries: number;
  readonly entriesEstimate: number;
  readonly bytes: number;
  readonly bytesEstimate: number;
}

export interface RefreshProgressAnswer extends ProgressAnswer {
  readonly origin: string;
}

export interface RuvRowAnswer {
  readonly seen: string;
  /** Left out when nothing of that server was purged here. */
  readonly purged?: string;
}

export interface RefusedConnectionAnswer {
  readonly code: string;
  readonly message: string;
  readonly from: string;
  readonly count: number;
  readonly lastAt: string;
}

/** Something that is not as it should be, and what mends it. */
export interface FindingAnswer {
  readonly code: string;
  /** A partner's origin, a path, or what else it is about. */
  readonly about: string;
  readonly message: string;
  readonly meaning: string;
  /** Otherwise it is worth knowing, and nothing is wrong yet. */
  readonly degrades: boolean;
  readonly remedy?: string;
  /** What to type, where a command mends it. */
  readonly command?: string;
}
