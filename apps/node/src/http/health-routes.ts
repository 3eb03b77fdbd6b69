import type { Hono } from "hono";
import { METRICS_CONTENT_TYPE } from "../metrics/node-metrics.js";
import type { ApiContext } from "./api-context.js";
import { jsonResponse } from "./entry-response.js";
import { readinessOf } from "./readiness.js";

const NEVER_STORED = { "Cache-Control": "no-store" };

/** How the node is: for people and the command line, for who restarts it, for who sends clients to it. */
export const registerHealthRoutes = (app: Hono, { replica, status, metrics }: ApiContext): void => {
  app.get("/v1/status", () => jsonResponse(status(), 200, NEVER_STORED));
  app.get("/metrics", async () => {
    const headers = { "Content-Type": METRICS_CONTENT_TYPE, ...NEVER_STORED };
    return new Response(await metrics.text(), { headers });
  });
  app.get("/livez", () => jsonResponse({ live: true }, 200, NEVER_STORED));
  app.get("/readyz", () => {
    const readiness = readinessOf(replica.status());
    return jsonResponse(readiness, readiness.ready ? 200 : 503, NEVER_STORED);
  });
};
