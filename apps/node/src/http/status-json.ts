import type { PartnerStatus, ReplicaStatus } from "@concordat/replica";
import { isoMicros } from "./iso-micros.js";
import { healthOf, verdictOf } from "./verdict.js";

/** `GET /v1/status`, and `concordat status --json`. Times are ISO 8601 with microseconds; what is not known is left out. */
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
  readonly type: string;
  readonly state: string;
  readonly message: string;
  readonly remedy?: string;
  readonly connected: boolean;
  readonly lastAttemptAt?: string;
  readonly lastPullAt?: string;
  readonly lastSuppliedAt?: string;
  /** Of a paused partner. */
  readonly pausedSince?: string;
  readonly entriesApplied: number;
  readonly bytesReceived: number;
  readonly failures: number;
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
  state: partner.state,
  message: partner.message,
  ...(partner.remedy !== undefined && { remedy: partner.remedy }),
  connected: partner.connected,
  ...time("lastAttemptAt", partner.lastAttemptAtMicros),
  ...time("lastPullAt", partner.lastPullAtMicros),
  ...time("lastSuppliedAt", partner.lastSuppliedAtMicros),
  ...time("pausedSince", partner.pausedSinceMicros),
  entriesApplied: partner.entriesApplied,
  bytesReceived: partner.bytesReceived,
  failures: partner.failures,
});

const time = <Name extends string>(name: Name, micros: number | undefined): { readonly [N in Name]?: string } =>
  (micros === undefined ? {} : { [name]: isoMicros(micros) }) as { readonly [N in Name]?: string };
