import { type DomainUuid, DuplicateChangeError, type ServerUuid } from "@concordat/crdt";
import { type Blame, ProtocolError, type ProtocolErrorCode, UNWILLING_REASONS } from "@concordat/protocol";
import { StorageError } from "@concordat/storage";
import { describe, expect, test } from "vitest";
import type { LinkState } from "../replica-status.js";
import type { PullOutcome } from "../session/pull-outcome.js";
import { refreshingReport, reportOfError, reportOfOutcome, reportOfSkew } from "./link-state.js";

const ORIGIN = "repl://b.example:8444";

const stateOfCode: Readonly<Record<ProtocolErrorCode, LinkState>> = {
  frame: "protocol-error",
  frame_too_large: "protocol-error",
  shape: "protocol-error",
  unexpected_message: "protocol-error",
  clock_skew: "clock-skew",
  stream_digest: "protocol-error",
  false_claim: "protocol-error",
  peer_error: "protocol-error",
  connection_lost: "unreachable",
  timeout: "unreachable",
  closed: "unreachable",
  name_not_resolved: "name-not-resolved",
  connection_refused: "unreachable",
  version: "protocol-error",
  certificate_not_pinned: "certificate-not-pinned",
  certificate_expired: "certificate-expired",
  certificate_missing: "certificate-missing",
  certificate_refused: "certificate-refused",
  too_many_connections: "unreachable",
  paused: "paused",
};

describe("an error of the protocol", () => {
  for (const [code, state] of Object.entries(stateOfCode)) {
    test(`${code} is ${state}, told in its own words, with a remedy`, () => {
      const blame: Blame = "peer";
      const error = new ProtocolError(code as ProtocolErrorCode, "what happened", { blame });
      const report = reportOfError(error, ORIGIN);
      expect(report).toMatchObject({ state, message: "what happened" });
      expect(report.remedy).toMatch(/\w+ .*\w/);
      expect(report.remedy).not.toContain("ORIGIN");
    });
  }

  test("names the machine that somebody has to look at", () => {
    const refused = new ProtocolError("connection_refused", "nothing listens there", { blame: "network" });
    expect(reportOfError(refused, ORIGIN).remedy).toContain(ORIGIN);
  });
});

test("one change id with two values names the server that runs twice", () => {
  const server = "33333333-3333-4333-8333-333333333333" as ServerUuid;
  const report = reportOfError(new DuplicateChangeError({ ts: 1, server }), ORIGIN);
  expect(report.state).toBe("duplicate-server-uuid");
  expect(report.remedy).toContain(server);
});

test("a full disk is named as this node's, with what to do", () => {
  const report = reportOfError(new StorageError("store_full", "cannot commit to x: no space left"), ORIGIN);
  expect(report).toMatchObject({ state: "storage-full", remedy: expect.stringContaining("disk space on this node") });
  expect(report.message).toContain("no space left");
  expect(reportOfError(new StorageError("store_io", "broken"), ORIGIN).state).toBe("protocol-error");
});

test("any other error is told as it is, and tried again", () => {
  expect(reportOfError(new Error("odd"), ORIGIN)).toMatchObject({ message: "odd", remedy: expect.any(String) });
  expect(reportOfError("odder", ORIGIN)).toMatchObject({ message: "odder", remedy: expect.any(String) });
});

const lags = [{ server: "33333333-3333-4333-8333-333333333333" as ServerUuid, seen: 5, purged: 9 }];
const seen = {
  server: "33333333-3333-4333-8333-333333333333" as ServerUuid,
  partner: "55555555-5555-4555-8555-555555555555" as ServerUuid,
  oursMicros: 5,
  theirsMicros: 9,
  partedBeforeMicros: 9,
};
const domainUuid = "44444444-4444-4444-8444-444444444444" as DomainUuid;

const outcomes: readonly (readonly [PullOutcome, LinkState])[] = [
  [{ kind: "domain-mismatch", domainUuid }, "domain-mismatch"],
  [{ kind: "refresh-required", lags }, "refresh-required"],
  [{ kind: "forked", evidence: { kind: "other-history", ...seen } }, "duplicate-server-uuid"],
  [{ kind: "forked", evidence: { kind: "same-server", ...seen } }, "duplicate-server-uuid"],
  [{ kind: "unwilling", reason: "supplier-lags", lags }, "unwilling"],
  [{ kind: "unwilling", reason: "critical", lags }, "critical"],
  [{ kind: "unwilling", reason: "no-overlap", lags: [] }, "no-overlap"],
  [{ kind: "unwilling", reason: "refreshing", lags: [] }, "unwilling"],
  [{ kind: "unwilling", reason: "empty", lags: [] }, "unwilling"],
];

describe("a pull that could not be", () => {
  for (const [outcome, state] of outcomes) {
    const why = outcome.kind === "unwilling" ? outcome.reason : outcome.kind === "forked" && outcome.evidence.kind;
    const name = why ? `${outcome.kind}, ${why},` : outcome.kind;
    test(`${name} is ${state}, with the partner named and a remedy`, () => {
      const report = reportOfOutcome(outcome, ORIGIN);
      expect(report.state).toBe(state);
      expect(report.message).toContain(ORIGIN);
      expect(report.remedy).toMatch(/\w+ .*\w/);
    });
  }

  test("every reason of a supplier is among them", () => {
    const told = outcomes.flatMap(([outcome]) => (outcome.kind === "unwilling" ? [outcome.reason] : []));
    expect(told.toSorted()).toEqual([...UNWILLING_REASONS].sort());
  });
});

test("what is well, or mends itself, needs no remedy", () => {
  expect(reportOfOutcome({ kind: "up-to-date" }, ORIGIN)).toMatchObject({ state: "in-sync", remedy: undefined });
  expect(reportOfOutcome({ kind: "applied", entries: 3 }, ORIGIN)).toMatchObject({
    state: "in-sync",
    remedy: undefined,
  });
  expect(reportOfOutcome({ kind: "superseded" }, ORIGIN)).toMatchObject({ state: "catching-up", remedy: undefined });
  expect(refreshingReport(ORIGIN)).toMatchObject({ state: "refreshing", remedy: undefined });
});

test("clocks that disagree are told, both of them, with the distance and the direction", () => {
  const [early, late] = [1_700_000_000_000_000, 1_700_000_420_000_000];
  const ahead = reportOfSkew({ oursMicros: late, theirsMicros: early }, ORIGIN);
  expect(ahead).toMatchObject({ state: "clock-skew", remedy: "set the clocks of both machines" });
  expect(ahead.message).toContain(`7 minutes ahead of that of ${ORIGIN} (${late} µs here, ${early} µs there)`);
  const behind = reportOfSkew({ oursMicros: early, theirsMicros: late }, ORIGIN);
  expect(behind.message).toContain(`7 minutes behind that of ${ORIGIN} (${early} µs here, ${late} µs there)`);
});
