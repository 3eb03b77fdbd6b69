import { describe, expect, it } from "vitest";
import type { NodePartnerJson, NodeStatus } from "../admin/node-status.js";
import { certificateFindings } from "./certificate-findings.js";
import { diagnose } from "./diagnose.js";
import { DEFAULT_THRESHOLDS } from "./exchange-findings.js";
import { diskFindingsOf } from "./file-findings.js";

const NOW_MS = Date.parse("2026-06-01T12:00:00Z");
const at = (secondsAgo: number): string => new Date(NOW_MS - secondsAgo * 1_000).toISOString();
const certificate = (days: number, fingerprintSha256 = `ends in ${days}`) => ({
  fingerprintSha256,
  notBefore: at(86_400),
  notAfter: at(-days * 86_400),
});

const partner = (more: Partial<NodePartnerJson> = {}): NodePartnerJson => ({
  origin: "repl://b:1",
  type: "mutual-pull",
  direction: "both",
  state: "in-sync",
  message: "has everything",
  connected: true,
  lastPullAt: at(1),
  lastSuppliedAt: at(1),
  forcedRefreshAt: at(1 - 7 * 86_400),
  lag: { seconds: 0, secondsMax: 0, changes: 0 },
  behindBy: { seconds: 0, changes: 0 },
  entriesApplied: 0,
  bytesReceived: 0,
  failures: 0,
  pulls: 1,
  failuresTotal: 0,
  certificates: [certificate(1_000)],
  ...more,
});

const status = (...partners: NodePartnerJson[]): NodeStatus => ({
  verdict: "",
  health: "ok",
  version: "1.2.3",
  domainUuid: "d",
  serverUuid: "s",
  readOnly: false,
  totals: { liveEntries: 0, tombstones: 0, recordBytes: 0 },
  startedAt: at(3_600),
  certificate: certificate(1_000, "own"),
  partners,
  ruv: {},
  refusedConnections: [],
});

const codes = (more: Partial<NodePartnerJson>): string[] =>
  diagnose(status(partner(more)), NOW_MS).map(({ code }) => code);

const peer = { serverUuid: "p", domainUuid: "d", software: "concordat/1.2.3", clockAheadSeconds: 0, saidAt: at(1) };
const { behindSeconds, silentSeconds, clockDriftSeconds } = DEFAULT_THRESHOLDS;

describe("what is told of a partner", () => {
  it.each<[string, Partial<NodePartnerJson>, string[]]>([
    ["nothing, when it is well", { peer }, []],
    ["changes that are late", { lag: { seconds: behindSeconds + 1 } }, ["changes-missing"]],
    ["no changes that are on their way", { lag: { seconds: behindSeconds - 1 } }, []],
    ["what it has not acknowledged", { behindBy: { seconds: behindSeconds + 1, changes: 3 } }, ["partner-behind"]],
    ["that it is silent", { lastSuppliedAt: at(silentSeconds + 1) }, ["partner-does-not-pull"]],
    [
      "that it is silent, not twice when it is gone",
      { lastSuppliedAt: at(9_999), state: "unreachable" },
      ["unreachable"],
    ],
    ["nothing of what it asks where it is only pulled from", { direction: "pull", lastSuppliedAt: at(9_999) }, []],
    ["a clock", { peer: { ...peer, clockAheadSeconds: -clockDriftSeconds - 1 } }, ["clock-drift"]],
    ["a version", { peer: { ...peer, software: "concordat/1.2.2" } }, ["version-differs"]],
    ["no version of another program", { peer: { ...peer, software: "other/9" } }, []],
    [
      "the horizon, in its last quarter",
      { state: "unreachable", lastPullAt: at(6 * 86_400), forcedRefreshAt: at(-86_400) },
      ["unreachable", "purge-horizon-near"],
    ],
    [
      "no horizon before",
      { state: "unreachable", lastPullAt: at(5 * 86_400), forcedRefreshAt: at(-2 * 86_400) },
      ["unreachable"],
    ],
    [
      "the horizon of one that is paused",
      { state: "paused", lastPullAt: at(9), forcedRefreshAt: at(-1) },
      ["paused", "purge-horizon-near"],
    ],
    [
      "no horizon where a refresh is due",
      { state: "unwilling", lastPullAt: at(9), forcedRefreshAt: at(-1) },
      ["unwilling"],
    ],
    ["only a pause, of one that is paused", { state: "paused", lag: { seconds: 9_999 } }, ["paused"]],
    ["an old pin, only when there is no other", { certificates: [certificate(-1), certificate(100)] }, []],
    ["a pin that ends", { certificates: [certificate(29)] }, ["pin-expiring"]],
  ])("%s", (_, more, expected) => expect(codes(more)).toEqual(expected));
});

it("tells a certificate that ends, one's own where the partner's should be, and one for two", () => {
  const found = (...args: Parameters<typeof certificateFindings>) =>
    certificateFindings(...args).map(({ code }) => code);
  const partners = [{ origin: "b", certificates: [certificate(100, "same")] }];
  expect(found({ own: certificate(31, "own"), partners }, NOW_MS)).toEqual([]);
  expect(found({ own: certificate(30, "own"), partners }, NOW_MS)).toEqual(["own-certificate-expiring"]);
  expect(found({ own: certificate(0, "own"), partners }, NOW_MS)).toEqual(["own-certificate-expired"]);
  expect(found({ own: certificate(100, "same"), partners }, NOW_MS)).toEqual(["own-certificate-pinned"]);
  const twice = [...partners, { origin: "c", certificates: [certificate(100, "same")] }];
  expect(found({ own: undefined, partners: twice }, NOW_MS)).toEqual(["pin-shared"]);
});

it("tells a disk on which a second database does not fit, or hardly anything", () => {
  const [MIB, GIB] = [2 ** 20, 2 ** 30];
  const found = (freeBytes: number, totalBytes: number, databaseBytes: number) =>
    diskFindingsOf({ path: "/d", freeBytes, totalBytes, databaseBytes }).map(({ code }) => code);
  expect(found(10 * GIB, 100 * GIB, 9 * GIB)).toEqual([]);
  expect(found(10 * GIB, 100 * GIB, 11 * GIB)).toEqual(["disk-low"]);
  expect(found(255 * MIB, 100 * GIB, 0)).toEqual(["disk-low"]);
  // Of a small disk a tenth is enough.
  expect(found(101 * MIB, 1_000 * MIB, 0)).toEqual([]);
});
