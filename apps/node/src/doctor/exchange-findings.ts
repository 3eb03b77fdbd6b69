import type { LinkState } from "@concordat/replica";
import type { NodePartnerJson, NodeStatus } from "../admin/node-status.js";
import { isWell } from "../http/verdict.js";
import { type Finding, finding, partnerFinding } from "./finding.js";

/** From when on something is worth telling. */
export interface Thresholds {
  /** Seconds that changes may be on their way. */
  readonly behindSeconds: number;
  /** Seconds in which a partner that pulls asks at least once. */
  readonly silentSeconds: number;
  readonly clockDriftSeconds: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = { behindSeconds: 60, silentSeconds: 120, clockDriftSeconds: 30 };

/** What is wrong with what goes back and forth, as a running node tells it. Pure. */
export const exchangeFindings = (status: NodeStatus, thresholds: Thresholds, nowMs: number): Finding[] => [
  ...status.partners.flatMap((partner) => partnerFindings(status, partner, thresholds, nowMs)),
  ...refusedFindings(status, nowMs),
  ...(status.readOnly
    ? [
        finding("read-only", "node", "read_only is set", {
          remedy: "set read_only = false and reload, when it is to take writes again",
        }),
      ]
    : []),
];

const partnerFindings = (
  status: NodeStatus,
  partner: NodePartnerJson,
  { behindSeconds, silentSeconds, clockDriftSeconds }: Thresholds,
  nowMs: number,
): Finding[] => {
  const { origin, state, direction, lag, behindBy, peer } = partner;
  const found: Finding[] = [];
  found.push(...horizonFindings(partner, nowMs));
  if (state === "paused") return found;
  if (lag && lag.seconds > behindSeconds) {
    const message = `changes of ${origin} that are ${Math.round(lag.seconds)} s old are not here`;
    found.push(partnerFinding("changes-missing", origin, message, { remedy: lagRemedy(partner) }));
  }
  if (behindBy && behindBy.seconds > behindSeconds) {
    const message = `${origin} has not acknowledged up to ${behindBy.changes} changes, of which the oldest is ${Math.round(behindBy.seconds)} s old`;
    found.push(partnerFinding("partner-behind", origin, message, { remedy: `run concordat doctor on ${origin}` }));
  }
  const patienceSeconds = partner.lastSuppliedAt === undefined ? behindSeconds : silentSeconds;
  if (direction !== "pull" && isSilent(status, partner, patienceSeconds, nowMs)) {
    const since = partner.lastSuppliedAt === undefined ? "since this node started" : `since ${partner.lastSuppliedAt}`;
    found.push(
      partnerFinding("partner-does-not-pull", origin, `${origin} has asked nothing of this node ${since}`, {
        remedy: `check on ${origin} that its table for this node is of type mutual-pull or pull, and run concordat doctor there`,
      }),
    );
  }
  if (peer && state !== "clock-skew" && Math.abs(peer.clockAheadSeconds) > clockDriftSeconds) {
    const direction = peer.clockAheadSeconds > 0 ? "ahead of" : "behind";
    const message = `the clock of ${origin} is ${Math.abs(Math.round(peer.clockAheadSeconds))} s ${direction} this node's`;
    found.push(partnerFinding("clock-drift", origin, message, { remedy: "let both machines follow a time service" }));
  }
  if (peer && versionOf(peer.software) !== undefined && versionOf(peer.software) !== status.version) {
    const message = `${origin} runs ${peer.software}, and this node version ${status.version}`;
    found.push(partnerFinding("version-differs", origin, message, { remedy: "bring both to one version" }));
  }
  return found;
};

const lagRemedy = ({ origin, state, remedy }: NodePartnerJson): string =>
  remedy ?? (state === "catching-up" ? "it is catching up: status shows how far it is" : `check the link to ${origin}`);

/** A partner that waits for news says so at least once per sign of life. */
const isSilent = (
  { startedAt }: NodeStatus,
  { lastSuppliedAt, state }: NodePartnerJson,
  patienceSeconds: number,
  nowMs: number,
): boolean =>
  (isWell(state) || state === "unwilling") && nowMs - Date.parse(lastSuppliedAt ?? startedAt) > patienceSeconds * 1_000;

/** States in which the horizon does not matter, or a refresh is due already. */
const BEYOND_THE_HORIZON: ReadonlySet<LinkState> = new Set([
  "in-sync",
  "refreshing",
  "refresh-required",
  "unwilling",
  "critical",
  "no-overlap",
  "domain-mismatch",
]);

/** The last quarter of what the changelog covers. */
const horizonFindings = ({ origin, state, lastPullAt, forcedRefreshAt }: NodePartnerJson, nowMs: number): Finding[] => {
  if (forcedRefreshAt === undefined || lastPullAt === undefined || BEYOND_THE_HORIZON.has(state)) return [];
  const [from, until] = [Date.parse(lastPullAt), Date.parse(forcedRefreshAt)];
  if (nowMs < until - (until - from) / 4) return [];
  const message = `nothing was pulled from ${origin} since ${lastPullAt}: from ${forcedRefreshAt} on it may take a refresh`;
  return [
    partnerFinding("purge-horizon-near", origin, message, {
      remedy: "mend the link before then, or raise changelog_max_age on the partner",
    }),
  ];
};

const RECENT_MS = 3_600_000;

const refusedFindings = ({ refusedConnections }: NodeStatus, nowMs: number): Finding[] =>
  refusedConnections
    .filter(({ lastAt }) => nowMs - Date.parse(lastAt) < RECENT_MS)
    .map(({ from, partner, count, message }) => {
      const about = partner ?? (from || "unknown");
      return finding("refused-connections", about, `${count} times, from ${from || "unknown"}: ${message}`, {
        remedy:
          "if that is a partner, put what its show-replication-certificate prints into this node's server.toml; if not, look who it is",
      });
    });

/** Of `concordat/0.1.0`; `undefined` for another program. */
const versionOf = (software: string): string | undefined => /^concordat\/(\S+)$/.exec(software)?.[1];
