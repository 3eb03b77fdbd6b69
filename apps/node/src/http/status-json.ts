import type { Ruv } from "@concordat/crdt";
import type { CatchingUp, Lag, LinkState, PartnerStatus, PartnerType, Peer, ReplicaStatus } from "@concordat/replica";
import { isoMicros } from "./iso-micros.js";
import { healthOf, verdictOf } from "./verdict.js";

/** What a replica says of itself. Times are ISO 8601 with microseconds; what is not known is left out. */
export interface StatusJson {
  /** One sentence. */
  readonly verdict: string;
  /** `degraded` when a partner needs attention. */
  readonly health: "ok" | "degraded";
  readonly version: string;
  readonly domainUuid: string;
  readonly serverUuid: string;
  /** Local writes are refused with `read_only`. */
  readonly readOnly: boolean;
  readonly totals: { readonly liveEntries: number; readonly tombstones: number; readonly recordBytes: number };
  readonly partners: readonly PartnerJson[];
  /** The refresh that runs now. */
  readonly refresh?: RefreshJson;
  /** By server uuid. */
  readonly ruv: Readonly<Record<string, RuvRowJson>>;
}

export interface PartnerJson {
  readonly origin: string;
  readonly type: PartnerType;
  /** Which way changes go over this link: `both`, `pull` (to here), `supply` (from here). */
  readonly direction: Direction;
  readonly state: LinkState;
  readonly message: string;
  readonly remedy?: string;
  readonly connected: boolean;
  readonly lastAttemptAt?: string;
  readonly lastPullAt?: string;
  readonly lastSuppliedAt?: string;
  /** Of a paused partner. */
  readonly pausedSince?: string;
  /** What the partner has and this node lacks. */
  readonly lag?: LagJson;
  /** What this node has and the partner has not acknowledged. */
  readonly behindBy?: { readonly seconds: number; readonly changes: number };
  /** By server uuid, up to when the partner has acknowledged its changes. */
  readonly acknowledged?: Readonly<Record<string, string>>;
  /** How far the pull is that brings changes now. */
  readonly catchingUp?: CatchingUpJson;
  /** From then on the partner may have purged deletions that this node has not seen, unless it pulls before. */
  readonly forcedRefreshAt?: string;
  /** What the partner last said of itself. */
  readonly peer?: PeerJson;
  readonly entriesApplied: number;
  readonly bytesReceived: number;
  /** Tries since the last success. */
  readonly failures: number;
  /** Since the link began: pulls that were complete, tries that failed or were refused. */
  readonly pulls: number;
  readonly failuresTotal: number;
}

export type Direction = "both" | "pull" | "supply";

export interface LagJson {
  /** Age of the oldest change that is known to be missing; 0 when none is. */
  readonly seconds: number;
  /** What may be missing without being known has been at the partner no longer than this. */
  readonly secondsMax?: number;
  /** Entries that are still to come, at most. */
  readonly changes?: number;
}

export interface CatchingUpJson {
  readonly entries: number;
  readonly entriesEstimate: number;
  readonly bytes: number;
  readonly bytesEstimate: number;
  readonly secondsLeft?: number;
}

export interface PeerJson {
  readonly serverUuid: string;
  readonly domainUuid: string;
  readonly software: string;
  /** Negative when its clock is behind this node's. */
  readonly clockAheadSeconds: number;
  readonly saidAt: string;
}

export interface RefreshJson {
  readonly origin: string;
  readonly entries: number;
  readonly entriesEstimate: number;
  readonly bytes: number;
  readonly bytesEstimate: number;
}

export interface RuvRowJson {
  readonly seen: string;
  /** Left out when nothing of that server was purged here. */
  readonly purged?: string;
}

/** A status in types that JSON has. Pure. */
export const statusJson = (status: ReplicaStatus, version: string): StatusJson => ({
  verdict: verdictOf(status),
  health: healthOf(status),
  version,
  domainUuid: status.domainUuid,
  serverUuid: status.serverUuid,
  readOnly: status.readOnly,
  totals: { ...status.totals },
  partners: status.partners.map(partnerJson),
  ...(status.refresh && { refresh: { ...status.refresh } }),
  ruv: Object.fromEntries(
    [...status.ruv].map(([server, { seen, purged }]) => [
      server,
      { seen: isoMicros(seen), ...time("purged", purged || undefined) },
    ]),
  ),
});

const partnerJson = (partner: PartnerStatus): PartnerJson => ({
  origin: partner.origin,
  type: partner.type,
  direction: DIRECTIONS[partner.type],
  state: partner.state,
  message: partner.message,
  ...(partner.remedy !== undefined && { remedy: partner.remedy }),
  connected: partner.connected,
  ...time("lastAttemptAt", partner.lastAttemptAtMicros),
  ...time("lastPullAt", partner.lastPullAtMicros),
  ...time("lastSuppliedAt", partner.lastSuppliedAtMicros),
  ...time("pausedSince", partner.pausedSinceMicros),
  ...(partner.lag && { lag: lagJson(partner.lag) }),
  ...(partner.behindBy && { behindBy: { ...partner.behindBy } }),
  ...(partner.acknowledgedRuv && { acknowledged: acknowledgedJson(partner.acknowledgedRuv) }),
  ...(partner.catchingUp && { catchingUp: catchingUpJson(partner.catchingUp) }),
  ...time("forcedRefreshAt", partner.forcedRefreshAtMicros),
  ...(partner.peer && { peer: peerJson(partner.peer) }),
  entriesApplied: partner.entriesApplied,
  bytesReceived: partner.bytesReceived,
  failures: partner.failures,
  pulls: partner.pulls,
  failuresTotal: partner.failuresTotal,
});

const DIRECTIONS: Readonly<Record<PartnerType, Direction>> = {
  "mutual-pull": "both",
  pull: "pull",
  "allow-pull": "supply",
};

const lagJson = ({ seconds, secondsMax, changes }: Lag): LagJson => ({
  seconds,
  ...(secondsMax !== undefined && { secondsMax }),
  ...(changes !== undefined && { changes }),
});

const acknowledgedJson = (ruv: Ruv): Readonly<Record<string, string>> =>
  Object.fromEntries([...ruv].map(([server, { seen }]) => [server, isoMicros(seen)]));

const catchingUpJson = ({ secondsLeft, ...progress }: CatchingUp): CatchingUpJson => ({
  ...progress,
  ...(secondsLeft !== undefined && { secondsLeft }),
});

const peerJson = ({ serverUuid, domainUuid, software, clockAheadMicros, saidAtMicros }: Peer): PeerJson => ({
  serverUuid,
  domainUuid,
  software,
  clockAheadSeconds: Math.round(clockAheadMicros / 1_000) / 1_000,
  saidAt: isoMicros(saidAtMicros),
});

const time = <Name extends string>(name: Name, micros: number | undefined): { readonly [N in Name]?: string } =>
  (micros === undefined ? {} : { [name]: isoMicros(micros) }) as { readonly [N in Name]?: string };
