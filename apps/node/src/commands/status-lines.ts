import type { NodeStatus, RefusedConnectionJson } from "../admin/node-status.js";
import type { PartnerJson } from "../http/status-json.js";
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
  const { origin, totals, domainUuid, serverUuid, version, startedAt, readOnly } = status;
  const tombstones = `${formatCount(totals.tombstones)} tombstones`;
  return [
    `${origin ?? "no replication"} · ${formatEntries(totals.liveEntries)}, ${tombstones}, ${formatBytes(totals.recordBytes)} · version ${version}, up ${ago(startedAt, nowMs)}${readOnly ? " · read-only" : ""}`,
    `domain ${domainUuid} · server ${serverUuid}`,
  ];
};

const partnerLines = (partners: readonly PartnerJson[], style: Style, nowMs: number): string[] => {
  if (partners.length === 0) return [];
  const [head = "", ...rows] = formatTable([
    ["PARTNER", "TYPE", "STATE", "LAST PULL", "APPLIED"],
    ...partners.map(({ origin, type, state, lastPullAt, entriesApplied }) => [
      origin,
      type,
      state,
      lastPullAt === undefined ? "never" : `${ago(lastPullAt, nowMs)} ago`,
      formatEntries(entriesApplied),
    ]),
  ]);
  return ["", style.bold(head), ...partners.flatMap((partner, index) => [rows[index] ?? "", ...explanation(partner)])];
};

/** A link that is in sync needs no words. */
const explanation = ({ state, message, remedy }: PartnerJson): string[] => {
  if (state === "in-sync") return [];
  return [`  ${printable(message)}`, ...(remedy === undefined ? [] : [`  → ${printable(remedy)}`])];
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
