import type { CertificateJson, NodePartnerJson, NodeStatus } from "../admin/node-status.js";
import { isWell } from "../http/verdict.js";

/** A number that the node's status gives, under a name of Prometheus' making. */
export interface StatusMetric {
  readonly name: string;
  readonly help: string;
  readonly kind: "gauge" | "counter";
  readonly labels: readonly string[];
  readonly read: (status: NodeStatus) => readonly Sample[];
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One of the whole node. */
const ofNode = (name: string, help: string, value: (status: NodeStatus) => number | undefined): StatusMetric => ({
  name: `concordat_${name}`,
  help,
  kind: "gauge",
  labels: [],
  read: (status) => sample(value(status)),
});

/** One of each partner; left out where it is not known. */
const ofPartners = (
  name: string,
  help: string,
  value: (partner: NodePartnerJson) => number | undefined,
  kind: StatusMetric["kind"] = "gauge",
): StatusMetric => ({
  name: `concordat_partner_${name}`,
  help,
  kind,
  labels: ["partner"],
  read: ({ partners }) => partners.flatMap((partner) => sample(value(partner), { partner: partner.origin })),
});

const sample = (value: number | undefined, labels?: Sample["labels"]): Sample[] =>
  value === undefined ? [] : [{ value, ...(labels && { labels }) }];

const seconds = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1_000;

/** Of several pins the one that is good for longest counts. */
const lastExpiry = (certificates: readonly CertificateJson[]): number | undefined =>
  certificates.length === 0 ? undefined : Math.max(...certificates.map(({ notAfter }) => Date.parse(notAfter))) / 1_000;

const STATE: StatusMetric = {
  name: "concordat_partner_state",
  help: "1 for the state that the link to the partner is in; docs/operations.md lists the states.",
  kind: "gauge",
  labels: ["partner", "state"],
  read: ({ partners }) => partners.map(({ origin, state }) => ({ labels: { partner: origin, state }, value: 1 })),
};

const BUILD: StatusMetric = {
  name: "concordat_build_info",
  help: "1, with the version of this program.",
  kind: "gauge",
  labels: ["version"],
  read: ({ version }) => [{ labels: { version }, value: 1 }],
};

/** All that is read from the status at a scrape. Labels are partners of the configuration, and states: both are few. */
export const STATUS_METRICS: readonly StatusMetric[] = [
  BUILD,
  ofNode("healthy", "1 when no link needs attention.", ({ health }) => Number(health === "ok")),
  ofNode("read_only", "1 when local writes are refused.", ({ readOnly }) => Number(readOnly)),
  ofNode("entries", "Live entries.", ({ totals }) => totals.liveEntries),
  ofNode("tombstones", "Deleted entries that are still kept.", ({ totals }) => totals.tombstones),
  ofNode(
    "records_size_bytes",
    "Bytes of all entries and tombstones, without indexes.",
    ({ totals }) => totals.recordBytes,
  ),
  ofNode("ruv_rows", "Servers in the update vector.", ({ ruv }) => Object.keys(ruv).length),
  ofNode(
    "refresh_entries",
    "Entries that the refresh that runs now has taken over.",
    ({ refresh }) => refresh?.entries,
  ),
  ofNode("certificate_expiry_timestamp_seconds", "When this node's certificate ends.", ({ certificate }) =>
    seconds(certificate?.notAfter),
  ),
  STATE,
  ofPartners("healthy", "1 when the link does what it is for.", ({ state }) => Number(isWell(state))),
  ofPartners("connected", "1 while this node's connection to the partner is open.", ({ connected }) =>
    Number(connected),
  ),
  ofPartners(
    "lag_seconds",
    "Age of the oldest change that the partner is known to have and this node lacks; 0 when there is none.",
    ({ lag }) => lag?.seconds,
  ),
  ofPartners(
    "lag_max_seconds",
    "What this node may lack of the partner without knowing is no older than this.",
    ({ lag }) => lag?.secondsMax,
  ),
  ofPartners("lag_changes", "Entries that are still to come from the partner, at most.", ({ lag }) => lag?.changes),
  ofPartners(
    "catching_up_entries",
    "Entries that have come with the pull that brings changes now.",
    ({ catchingUp }) => catchingUp?.entries,
  ),
  ofPartners(
    "catching_up_estimated_entries",
    "Entries that come with it in all, as the partner estimates.",
    ({ catchingUp }) => catchingUp?.entriesEstimate,
  ),
  ofPartners(
    "catching_up_remaining_seconds",
    "How long that takes at the rate so far.",
    ({ catchingUp }) => catchingUp?.secondsLeft,
  ),
  ofPartners(
    "behind_seconds",
    "Age of the oldest change of this node that the partner has not acknowledged; 0 when there is none.",
    ({ behindBy }) => behindBy?.seconds,
  ),
  ofPartners(
    "behind_changes",
    "Entries that changed here since what the partner has acknowledged, at most.",
    ({ behindBy }) => behindBy?.changes,
  ),
  ofPartners("last_pull_timestamp_seconds", "When the last pull from the partner was complete.", ({ lastPullAt }) =>
    seconds(lastPullAt),
  ),
  ofPartners("last_request_timestamp_seconds", "When the partner last asked this node.", ({ lastSuppliedAt }) =>
    seconds(lastSuppliedAt),
  ),
  ofPartners(
    "forced_refresh_timestamp_seconds",
    "When this node would have to be refreshed, unless it pulls from the partner before.",
    ({ forcedRefreshAt }) => seconds(forcedRefreshAt),
  ),
  ofPartners(
    "clock_offset_seconds",
    "How far the partner's clock was ahead of this node's when it last said hello.",
    ({ peer }) => peer?.clockAheadSeconds,
  ),
  ofPartners(
    "certificate_expiry_timestamp_seconds",
    "When the last of the partner's pinned certificates ends.",
    ({ certificates }) => lastExpiry(certificates),
  ),
  ofPartners("pulls_total", "Pulls from the partner that were complete.", ({ pulls }) => pulls, "counter"),
  ofPartners(
    "entries_applied_total",
    "Changed entries applied from the partner.",
    ({ entriesApplied }) => entriesApplied,
    "counter",
  ),
  ofPartners(
    "received_bytes_total",
    "Bytes received from the partner.",
    ({ bytesReceived }) => bytesReceived,
    "counter",
  ),
  ofPartners(
    "failures_total",
    "Tries to pull from the partner that failed, or that it refused.",
    ({ failuresTotal }) => failuresTotal,
    "counter",
  ),
];
