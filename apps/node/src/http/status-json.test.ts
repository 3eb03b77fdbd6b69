import type { DomainUuid, RuvRow, ServerUuid } from "@concordat/crdt";
import type { LinkState, PartnerStatus, ReplicaStatus } from "@concordat/replica";
import { describe, expect, it } from "vitest";
import { readinessOf } from "./readiness.js";
import { statusJson } from "./status-json.js";

const ME = "00000000-0000-4000-8000-000000000001" as ServerUuid;
const OTHER = "00000000-0000-4000-8000-000000000002" as ServerUuid;
const row = (seen: number, purged = 0): RuvRow => ({ seen, purged, lineage: { at: seen, hash: 1n } });

const partner = (state: LinkState, more: Partial<PartnerStatus> = {}): PartnerStatus => ({
  origin: "repl://b:8444",
  type: "mutual-pull",
  state,
  message: "what happened",
  remedy: undefined,
  connected: false,
  lastAttemptAtMicros: undefined,
  lastPullAtMicros: undefined,
  entriesApplied: 0,
  bytesReceived: 0,
  failures: 0,
  pulls: 0,
  failuresTotal: 0,
  lastSuppliedAtMicros: undefined,
  lag: undefined,
  behindBy: undefined,
  acknowledgedRuv: undefined,
  catchingUp: undefined,
  forcedRefreshAtMicros: undefined,
  peer: undefined,
  ...more,
});

const status = (partners: readonly PartnerStatus[], more: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  domainUuid: "00000000-0000-4000-8000-000000000009" as DomainUuid,
  serverUuid: ME,
  readOnly: false,
  ruv: new Map([[ME, row(1_000)]]),
  totals: { liveEntries: 1_234, tombstones: 5, recordBytes: 6 },
  partners,
  refresh: undefined,
  ...more,
});

describe("statusJson", () => {
  it("holds types that JSON has", () => {
    const refresh = { origin: "repl://b:8444", entries: 50, entriesEstimate: 1_000, bytes: 1, bytesEstimate: 2 };
    const partners = [partner("in-sync", { lastPullAtMicros: 1_769_860_800_000_001, remedy: "none" })];
    const ruv = new Map([
      [ME, row(1_769_860_800_000_001, 1_000)],
      [OTHER, row(2_000)],
    ]);
    const json = statusJson(status(partners, { refresh, ruv }), "1.0.0");
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      partners: [{ lastPullAt: "2026-01-31T12:00:00.000001Z", remedy: "none" }],
      refresh,
      ruv: {
        [ME]: { seen: "2026-01-31T12:00:00.000001Z", purged: "1970-01-01T00:00:00.001000Z" },
        [OTHER]: { seen: "1970-01-01T00:00:00.002000Z" },
      },
      verdict: "Refreshing from repl://b:8444, 50 of about 1,000 entries.",
    });
    expect(Object.keys(json.partners[0] ?? {})).not.toContain("lastAttemptAt");
  });

  it.each<[LinkState[], string, "ok" | "degraded"]>([
    [["in-sync"], "In sync with repl://b:8444, holding 1,234 entries.", "ok"],
    [["in-sync", "in-sync"], "In sync with all 2 partners, holding 1,234 entries.", "ok"],
    [["in-sync", "catching-up"], "In sync with 1 of 2 partners, the rest on its way; holding 1,234 entries.", "ok"],
    [["supply-only"], "Supplying 1 partner, holding 1,234 entries.", "ok"],
    [["in-sync", "unreachable"], "Attention: repl://b:8444 is unreachable; holding 1,234 entries.", "degraded"],
    [
      ["domain-mismatch", "clock-skew"],
      "Attention: repl://b:8444 is of another domain, and 1 more need attention; holding 1,234 entries.",
      "degraded",
    ],
  ])("has a verdict on %j", (states, verdict, health) => {
    expect(statusJson(status(states.map((state) => partner(state))), "1")).toMatchObject({ verdict, health });
  });
});

describe("readinessOf", () => {
  const PULLED = { lastPullAtMicros: 1 };
  const RELAYED = { ruv: new Map([[OTHER, row(5)]]) };

  it.each<[string, ReplicaStatus, boolean]>([
    ["no partners", status([]), true],
    ["a partner that only pulls from here", status([partner("supply-only", { type: "allow-pull" })]), true],
    ["a link not tried yet", status([partner("never-connected")]), false],
    ["a first pull under way", status([partner("unreachable")]), false],
    ["a partner in sync", status([partner("in-sync", PULLED)]), true],
    ["a partner that is away", status([partner("unreachable", PULLED)]), true],
    ["a restart while the partner is away", status([partner("unreachable")], RELAYED), true],
    ["another domain", status([partner("domain-mismatch", PULLED)]), false],
    ["a refresh required", status([partner("refresh-required", PULLED)], RELAYED), false],
    ["a refresh that runs", status([partner("refreshing", PULLED)], RELAYED), false],
    ["a stranger beside a partner in sync", status([partner("domain-mismatch"), partner("in-sync", PULLED)]), false],
    [
      "a stranger beside a partner that is away",
      status([partner("domain-mismatch"), partner("unreachable", PULLED)]),
      false,
    ],
  ])("%s", (_, given, ready) => {
    expect(readinessOf(given).ready).toBe(ready);
  });

  it("says why", () => {
    const refresh = partner("refresh-required", { message: "it has purged more", remedy: "refresh" });
    expect(readinessOf(status([refresh]))).toEqual({
      ready: false,
      reasons: ["repl://b:8444 is refresh-required: it has purged more: refresh"],
    });
  });
});
