import { DuplicateChangeError, type ServerLag } from "@concordat/crdt";
import { type ErrorMessage, ProtocolError, type ProtocolErrorCode } from "@concordat/protocol";
import { StorageError } from "@concordat/storage";
import type { ForkEvidence } from "../fork/fork-evidence.js";
import { isStray } from "../fork/stray-lag.js";
import type { LinkState } from "../replica-status.js";
import type { MetClocks } from "../session/clock-skew.js";
import type { PullOutcome } from "../session/pull-outcome.js";

/** What a link says of itself: a state for programs, a sentence and a remedy for people. */
export interface LinkReport {
  readonly state: LinkState;
  readonly message: string;
  readonly remedy: string | undefined;
}

export const refreshingReport = (origin: string): LinkReport => ({
  state: "refreshing",
  message: `is taking over the whole content of ${origin}`,
  remedy: undefined,
});

/** The operator's own doing: it stays until `resume`. */
export const pausedReport = (origin: string, pausedSinceMicros: number) => ({
  state: "paused" as const,
  message: `paused since ${isoText(pausedSinceMicros)}: nothing is pulled from ${origin}, and nothing supplied to it`,
  remedy: `concordat resume ${origin}`,
  pausedSinceMicros,
});

/** Changes still come and go as long as they are not stamped too late; nothing holds back the next one. Model, section 1. */
export const reportOfSkew = ({ oursMicros, theirsMicros }: MetClocks, origin: string): LinkReport => {
  const aheadMicros = oursMicros - theirsMicros;
  const minutes = Math.round(Math.abs(aheadMicros) / 60_000_000);
  const direction = aheadMicros > 0 ? "ahead of" : "behind";
  return {
    state: "clock-skew",
    message: `this node's clock is ${minutes} minutes ${direction} that of ${origin} (${oursMicros} µs here, ${theirsMicros} µs there): changes of the one that is ahead are refused elsewhere`,
    remedy: "set the clocks of both machines",
  };
};

/** What an ended pull means for the link to `origin`. Pure. */
export const reportOfOutcome = (outcome: PullOutcome, origin: string): LinkReport => {
  switch (outcome.kind) {
    case "up-to-date":
    case "applied":
      return { state: "in-sync", message: `has everything that ${origin} had at the last pull`, remedy: undefined };
    case "superseded":
      return { state: "catching-up", message: "another pull went ahead", remedy: undefined };
    case "domain-mismatch":
      return {
        state: "domain-mismatch",
        message: `${origin} holds another database: its domain is ${outcome.domainUuid}`,
        remedy: `to take over its content, run refresh-replication-consumer on this node (or on the other one to keep this node's)`,
      };
    case "refresh-required":
      return {
        state: "refresh-required",
        message: outcome.lags.some(isStray)
          ? `this node took over changes of a server whose disk had gone back in time; ${origin} announced them anew under another server uuid, and some of what that server did before may be missing here (${lagText(outcome.lags)})`
          : `this node was away too long: ${origin} no longer keeps deletions that it has not seen (${lagText(outcome.lags)})`,
        remedy: "run refresh-replication-consumer on this node",
      };
    case "forked":
      return {
        state: "duplicate-server-uuid",
        message: forkMessage(outcome.evidence, origin),
        remedy:
          "this node gives itself another server uuid as soon as it can compare its history with the partner's: if this stays, " +
          `${origin} is this very node, and does not belong among its partners, or what it says is not true: look at it; otherwise run refresh-replication-consumer`,
      };
    case "unwilling":
      return unwillingReport(outcome, origin);
  }
};

/** What it means for a link that nothing is pulled over that its partner has shown a fork, and cannot be asked for more. Pure. */
export const reportOfShownFork = (evidence: ForkEvidence, origin: string): LinkReport => ({
  state: "duplicate-server-uuid",
  message: `${forkMessage(evidence, origin)}; nothing is supplied to it before this node knows since when`,
  remedy:
    `to compare its history with that of ${origin}, this node has to pull from it: make the link mutual-pull in the server.toml ` +
    "of both, and this node gives itself another server uuid; from then on the link may be as it was",
});

const forkMessage = ({ kind, server, oursMicros, theirsMicros }: ForkEvidence, origin: string): string =>
  kind === "same-server"
    ? `${origin} runs under this node's own server uuid, ${server}: one of the two is a copy`
    : `${origin} has changes of this very server up to ${theirsMicros} that are none of this database's, which ends at ${oursMicros}: it went back in time, or its disk was copied`;

const unwillingReport = (outcome: Extract<PullOutcome, { kind: "unwilling" }>, origin: string): LinkReport => {
  switch (outcome.reason) {
    case "supplier-lags":
      return {
        state: "unwilling",
        message: `${origin} was away too long: this node no longer keeps deletions that it has not seen (${lagText(outcome.lags)})`,
        remedy: `run refresh-replication-consumer on ${origin}`,
      };
    case "critical":
      return {
        state: "critical",
        message: `this node and ${origin} each lack deletions that the other no longer keeps (${lagText(outcome.lags)})`,
        remedy: "decide which of the two is right, and run refresh-replication-consumer on the other",
      };
    case "no-overlap":
      return {
        state: "no-overlap",
        message: `this node and ${origin} hold one domain but no change in common: they are not of one topology`,
        remedy: "run refresh-replication-consumer on the one whose content is to be replaced",
      };
    case "refreshing":
      return {
        state: "unwilling",
        message: `${origin} is being refreshed itself`,
        remedy: "it is tried again by itself",
      };
    case "empty":
      return {
        state: "unwilling",
        message: `${origin} is empty`,
        remedy: "refresh from a partner that has the content",
      };
  }
};

const lagText = (lags: readonly ServerLag[]): string =>
  lags.map(({ server, seen, purged }) => `server ${server}: seen to ${seen}, purged to ${purged}`).join("; ");

/** What an error on the link to `origin` means. Pure. */
export const reportOfError = (error: unknown, origin: string): LinkReport => {
  if (isPausedThere(error)) {
    return {
      state: "unwilling",
      message: `${origin} has paused replication with this node`,
      remedy: `run concordat resume with this node's origin on ${origin} when it is to go on`,
    };
  }
  if (error instanceof ProtocolError) {
    const [state, remedy] = PROTOCOL_REPORTS[error.code];
    return { state, message: error.message, remedy: remedy.replaceAll("ORIGIN", origin) };
  }
  if (error instanceof DuplicateChangeError) {
    return {
      state: "duplicate-server-uuid",
      message: error.message,
      remedy: `find the two replicas that run as server ${error.changeId.server} (a copied disk?) and refresh one of them`,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StorageError && error.code === "store_full") {
    return {
      state: "storage-full",
      message: `this node has no room for what ${origin} has: ${message}`,
      remedy:
        "free or add disk space on this node; it is tried again by itself, and what was taken over before is kept",
    };
  }
  return { state: "protocol-error", message, remedy: "it is tried again by itself; the log has the details" };
};

/** The partner's `Error` with the code `paused`. */
const isPausedThere = (error: unknown): boolean =>
  error instanceof ProtocolError &&
  error.code === "peer_error" &&
  (error.cause as ErrorMessage | undefined)?.code === "paused";

const AGAIN = "it is tried again by itself";
const VERSIONS = "run the same version on both nodes; if it stays, report it with both logs";

const PROTOCOL_REPORTS: Readonly<Record<ProtocolErrorCode, readonly [LinkState, string]>> = {
  frame: ["protocol-error", VERSIONS],
  frame_too_large: ["protocol-error", VERSIONS],
  shape: ["protocol-error", VERSIONS],
  unexpected_message: ["protocol-error", VERSIONS],
  clock_skew: ["clock-skew", "set the clocks of both machines; nothing was applied, and it is tried again by itself"],
  stream_digest: ["protocol-error", AGAIN],
  false_claim: [
    "protocol-error",
    "nothing of it was applied: look at ORIGIN, which is broken or in foreign hands, and until it is mended take its table out of this node's server.toml",
  ],
  peer_error: ["protocol-error", "see the log of ORIGIN"],
  connection_lost: ["unreachable", AGAIN],
  timeout: ["unreachable", "check the network between the nodes; it is tried again by itself"],
  closed: ["unreachable", AGAIN],
  name_not_resolved: ["name-not-resolved", "check the origin in server.toml and the name service"],
  connection_refused: [
    "unreachable",
    "check that ORIGIN runs, and that its replication bindaddress and the firewall let this node in",
  ],
  version: ["protocol-error", "run a version that speaks concordat/1 on ORIGIN"],
  certificate_not_pinned: [
    "certificate-not-pinned",
    "run show-replication-certificate on ORIGIN and put its line into this node's server.toml",
  ],
  certificate_expired: [
    "certificate-expired",
    "renew the certificate of ORIGIN and put the new one into this node's server.toml",
  ],
  certificate_missing: ["certificate-missing", "check what listens at ORIGIN: a node always shows a certificate"],
  certificate_refused: [
    "certificate-refused",
    "run show-replication-certificate on this node and put its line into the server.toml of ORIGIN",
  ],
  too_many_connections: ["unreachable", AGAIN],
  paused: ["paused", AGAIN],
};

// biome-ignore lint/style/noRestrictedGlobals: a Date that holds an argument and reads no clock
const isoText = (micros: number): string => new Date(Math.floor(micros / 1_000)).toISOString();
