import type { PartnerAnswer, StatusAnswer } from "../answers/index.js";

/** A node with nothing to tell, and what the test says otherwise. */
export const statusAnswer = (more: Partial<StatusAnswer> = {}): StatusAnswer => ({
  verdict: "On its own, without partners, holding 0 entries.",
  health: "ok",
  version: "0.1.0",
  domainUuid: "d0000000-0000-4000-8000-000000000000",
  serverUuid: "50000000-0000-4000-8000-000000000001",
  readOnly: false,
  origin: "repl://a.example:8444",
  startedAt: "2026-11-27T12:00:00.000Z",
  totals: { liveEntries: 0, tombstones: 0, recordBytes: 0 },
  partners: [],
  ruv: {},
  refusedConnections: [],
  ...more,
});

/** A partner in sync, and what the test says otherwise. */
export const partnerAnswer = (origin: string, more: Partial<PartnerAnswer> = {}): PartnerAnswer => ({
  origin,
  type: "mutual-pull",
  direction: "both",
  state: "in-sync",
  message: `has everything that ${origin} had at the last pull`,
  connected: true,
  certificates: [],
  entriesApplied: 0,
  bytesReceived: 0,
  failures: 0,
  ...more,
});
