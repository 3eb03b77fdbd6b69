import type { OpenapiObject } from "./openapi-object.js";

interface Parts {
  readonly object: (properties: OpenapiObject, optional?: readonly string[]) => OpenapiObject;
  readonly time: OpenapiObject;
  readonly uuid: OpenapiObject;
}

const TEXT = { type: "string" };
const COUNT = { type: "integer", minimum: 0 };
const SECONDS = { type: "number", minimum: 0 };

export const statusSchemas = ({ object, time, uuid }: Parts): OpenapiObject => {
  const certificate = object({ fingerprintSha256: TEXT, notBefore: time, notAfter: time });
  const learnedCertificate = object({ fingerprintSha256: TEXT, signedBy: TEXT, learnedAt: time, inUseSince: time }, [
    "inUseSince",
  ]);
  const origins = { type: "array", items: TEXT };
  const renewal = object({ successorFingerprintSha256: TEXT, having: origins, waitingFor: origins, until: time });
  const lag = object(
    {
      seconds: { ...SECONDS, description: "Age of the oldest change that is known to be missing; 0 when none is." },
      secondsMax: { ...SECONDS, description: "What may be missing without being known is no older than this." },
      changes: { ...COUNT, description: "Entries that are still to come, at most." },
    },
    ["secondsMax", "changes"],
  );
  const behindBy = object({
    seconds: {
      ...SECONDS,
      description: "Age of the oldest change that the partner has not acknowledged; 0 when none.",
    },
    changes: { ...COUNT, description: "Entries that changed here since, at most." },
  });
  const catchingUp = object(
    { entries: COUNT, entriesEstimate: COUNT, bytes: COUNT, bytesEstimate: COUNT, secondsLeft: SECONDS },
    ["secondsLeft"],
  );
  const peer = object({
    serverUuid: uuid,
    domainUuid: uuid,
    software: TEXT,
    clockAheadSeconds: { type: "number", description: "Negative when its clock is behind this node's." },
    saidAt: time,
  });
  const refusedConnection = object(
    { code: TEXT, message: TEXT, from: TEXT, partner: TEXT, count: COUNT, firstAt: time, lastAt: time },
    ["partner"],
  );
  const partner = object(
    {
      origin: TEXT,
      type: { type: "string", enum: ["mutual-pull", "pull", "allow-pull"] },
      direction: { type: "string", enum: ["both", "pull", "supply"] },
      state: { type: "string", description: "docs/operations.md tells what each means." },
      message: TEXT,
      remedy: TEXT,
      connected: { type: "boolean" },
      lastAttemptAt: time,
      lastPullAt: time,
      lastSuppliedAt: time,
      pausedSince: time,
      lag,
      behindBy,
      acknowledged: {
        type: "object",
        description: "By server uuid: up to when the partner has acknowledged its changes.",
        additionalProperties: time,
      },
      catchingUp,
      forcedRefreshAt: { ...time, description: "Unless it pulls before." },
      peer,
      certificates: { type: "array", items: certificate },
      learnedCertificates: { type: "array", items: learnedCertificate },
      entriesApplied: COUNT,
      bytesReceived: COUNT,
      failures: { ...COUNT, description: "Tries since the last success." },
      pulls: COUNT,
      failuresTotal: COUNT,
    },
    [
      "remedy",
      "lastAttemptAt",
      "lastPullAt",
      "lastSuppliedAt",
      "pausedSince",
      "lag",
      "behindBy",
      "acknowledged",
      "catchingUp",
      "forcedRefreshAt",
      "peer",
      "learnedCertificates",
    ],
  );
  return {
    Status: object(
      {
        verdict: { ...TEXT, description: "One sentence." },
        health: { type: "string", enum: ["ok", "degraded"] },
        version: TEXT,
        origin: TEXT,
        startedAt: time,
        certificate,
        renewal,
        learnedCertificatesFile: TEXT,
        domainUuid: uuid,
        serverUuid: uuid,
        readOnly: { type: "boolean", description: "Writes are refused with `read_only`." },
        totals: object({ liveEntries: COUNT, tombstones: COUNT, recordBytes: COUNT }),
        partners: { type: "array", items: partner },
        refresh: object({ origin: TEXT, entries: COUNT, entriesEstimate: COUNT, bytes: COUNT, bytesEstimate: COUNT }),
        ruv: {
          type: "object",
          description: "By server uuid: up to when its changes are here, and purged here.",
          additionalProperties: object({ seen: time, purged: time }, ["purged"]),
        },
        refusedConnections: { type: "array", items: refusedConnection },
      },
      ["origin", "certificate", "renewal", "learnedCertificatesFile", "refresh"],
    ),
    Liveness: object({ live: { const: true } }),
    Readiness: object({ ready: { type: "boolean" }, reasons: { type: "array", items: TEXT } }, ["reasons"]),
  };
};
