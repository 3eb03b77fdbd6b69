import type { OpenapiObject } from "./openapi-object.js";

interface Parts {
  readonly object: (properties: OpenapiObject, optional?: readonly string[]) => OpenapiObject;
  readonly time: OpenapiObject;
  readonly uuid: OpenapiObject;
}

const TEXT = { type: "string" };
const COUNT = { type: "integer", minimum: 0 };

export const statusSchemas = ({ object, time, uuid }: Parts): OpenapiObject => {
  const partner = object(
    {
      origin: TEXT,
      type: { type: "string", enum: ["mutual-pull", "pull", "allow-pull"] },
      state: TEXT,
      message: TEXT,
      remedy: TEXT,
      connected: { type: "boolean" },
      lastAttemptAt: time,
      lastPullAt: time,
      lastSuppliedAt: time,
      pausedSince: time,
      entriesApplied: COUNT,
      bytesReceived: COUNT,
      failures: COUNT,
    },
    ["remedy", "lastAttemptAt", "lastPullAt", "lastSuppliedAt", "pausedSince"],
  );
  return {
    Status: object(
      {
        verdict: { ...TEXT, description: "One sentence." },
        health: { type: "string", enum: ["ok", "degraded"] },
        version: TEXT,
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
      },
      ["refresh"],
    ),
    Liveness: object({ live: { const: true } }),
    Readiness: object({ ready: { type: "boolean" }, reasons: { type: "array", items: TEXT } }, ["reasons"]),
  };
};
