import type { CertificateJson, NodePartnerJson, NodeStatus, RefusedConnectionJson } from "../admin/node-status.js";
import type { CatchingUpJson, LagJson } from "../http/status-json.js";
import { printable } from "../terminal/printable.js";
import { formatBytes, formatCount, formatDuration, formatEntries } from "../terminal/quantity.js";
import { formatTable } from "../terminal/table.js";
import type { Style } from "../terminal/terminal.js";

/** A status as people read it: the verdict, then each partner with what is wrong and what to do. Pure. */
export const statusLines = (status: NodeStatus, style: Style, nowMs: number): string[] => [
  (status.health === "ok" ? style.good : style.bad)(printable(status.verdict)),
  ...nodeLines(status, nowMs).map(style.dim),
  ...partnerLines(status.partners, style, nowMs),
  ...refusedLines(status.refusedConnections, nowMs),
];

const nodeLines = (status: NodeStatus, nowMs: number): string[] => {
  const { origin, totals, domainUuid, serverUuid, version, startedAt, certificate, readOnly } = status;
  const tombstones = `${formatCount(totals.tombstones)} tombstones`;
  const expiry = certificate === undefined ? "" : ` · certificate ${expiryText([certificate], nowMs)}`;
  return [
    `${origin ?? "no replication"} · ${formatEntries(totals.liveEntries)}, ${tombstones}, ${formatBytes(totals.recordBytes)} · version ${version}, up ${ago(startedAt, nowMs)}${readOnly ? " · read-only" : ""}${expiry}`,
    `domain ${domainUuid} · server ${serverUuid}`,
    ...renewalLines(status, nowMs),
  ];
};

const renewalLines = ({ renewal, learnedCertificatesFile }: NodeStatus, nowMs: number): string[] => [
  ...(renewal === undefined
    ? []
    : [
        `going over to the certificate ${renewal.successorFingerprintSha256}, at the latest in ${formatDuration(Date.parse(renewal.until) - nowMs)}: waiting for ${renewal.waitingFor.join(", ")}`,
      ]),
  ...(learnedCertificatesFile === undefined
    ? []
    : [`certificates that partners announced: ${learnedCertificatesFile}`]),
];

const HEAD = ["PARTNER", "STATE", "DIRECTION", "LAG", "BEHIND BY", "LAST PULL", "REFRESH FORCED", "CERTIFICATE"];

const partnerLines = (partners: readonly NodePartnerJson[], style: Style, nowMs: number): string[] => {
  if (partners.length === 0) return [];
  const [head = "", ...rows] = formatTable([HEAD, ...partners.map((partner) => cellsOf(partner, nowMs))]);
  return ["", style.bold(head), ...partners.flatMap((partner, index) => [rows[index] ?? "", ...explanation(partner)])];
};

const cellsOf = (partner: NodePartnerJson, nowMs: number): string[] => {
  const { origin, state, direction, lag, behindBy, lastPullAt, forcedRefreshAt, certificates } = partner;
  const pulls = direction !== "supply";
  return [
    origin,
    state,
    direction,
    pulls ? lagText(lag) : NOT_APPLICABLE,
    direction === "pull" ? NOT_APPLICABLE : behindText(behindBy),
    pulls ? (lastPullAt === undefined ? "never" : `${ago(lastPullAt, nowMs)} ago`) : NOT_APPLICABLE,
    pulls ? (forcedRefreshAt === undefined ? UNKNOWN : untilText(forcedRefreshAt, nowMs)) : NOT_APPLICABLE,
    expiryText(certificates, nowMs),
  ];
};

const NOT_APPLICABLE = "-";
const UNKNOWN = "unknown";

/** `0 s`, `3 s, ≤ 12 changes`; `≤ 2 h` where nothing is known to be missing, and nothing was heard for as long. */
export const lagText = (lag: LagJson | undefined): string => {
  if (lag === undefined) return UNKNOWN;
  const { seconds, secondsMax, changes } = lag;
  if (changes === undefined && seconds === 0 && secondsMax !== undefined)
    return `≤ ${formatDuration(secondsMax * 1_000)}`;
  return formatDuration(seconds * 1_000) + changesText(changes);
};

const behindText = (behindBy: NodePartnerJson["behindBy"]): string =>
  behindBy === undefined ? UNKNOWN : formatDuration(behindBy.seconds * 1_000) + changesText(behindBy.changes);

const changesText = (changes: number | undefined): string =>
  changes ? `, ≤ ${formatCount(changes)} ${changes === 1 ? "change" : "changes"}` : "";

/** The end of the certificate that is good for longest. */
const expiryText = (certificates: readonly CertificateJson[], nowMs: number): string => {
  if (certificates.length === 0) return UNKNOWN;
  const lastMs = Math.max(...certificates.map(({ notAfter }) => Date.parse(notAfter)));
  const pins = certificates.length > 1 ? ` (${certificates.length} pins)` : "";
  return (lastMs > nowMs ? `${formatDuration(lastMs - nowMs)} left` : "expired") + pins;
};

const untilText = (time: string, nowMs: number): string => {
  const leftMs = Date.parse(time) - nowMs;
  return leftMs > 0 ? `in ${formatDuration(leftMs)}` : "due";
};

/** A link that is in sync needs no words. */
const explanation = ({ state, message, remedy, catchingUp }: NodePartnerJson): string[] => {
  if (state === "in-sync") return [];
  const progress = catchingUp === undefined ? "" : `: ${progressText(catchingUp)}`;
  return [`  ${printable(message)}${progress}`, ...(remedy === undefined ? [] : [`  → ${printable(remedy)}`])];
};

const progressText = ({ entries, entriesEstimate, bytes, secondsLeft }: CatchingUpJson): string => {
  const left = secondsLeft === undefined ? "" : `, about ${formatDuration(secondsLeft * 1_000)} left`;
  return `${formatCount(entries)} of about ${formatEntries(entriesEstimate)}, ${formatBytes(bytes)}${left}`;
};

const refusedLines = (refused: readonly RefusedConnectionJson[], nowMs: number): string[] => {
  if (refused.length === 0) return [];
  return [
    "",
    "Refused connections:",
    ...refused.map(
      ({ count, from, lastAt, message }) =>
        `  ${formatCount(count)}× from ${from || "unknown"}, last ${ago(lastAt, nowMs)} ago: ${printable(message)}`,
    ),
  ];
};

const ago = (time: string, nowMs: number): string => formatDuration(nowMs - Date.parse(time));
