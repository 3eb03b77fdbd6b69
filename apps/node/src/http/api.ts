import { Hono } from "hono";
import { requestTiming } from "../metrics/request-timing.js";
import type { ApiContext, ApiOptions } from "./api-context.js";
import { registerChangesRoute } from "./changes-route.js";
import { registerConflictRoutes } from "./conflict-routes.js";
import { registerEntriesRoutes } from "./entries-routes.js";
import { registerEntryRoutes } from "./entry-routes.js";
import { registerHealthRoutes } from "./health-routes.js";
import { HTTP_LIMITS } from "./http-limits.js";
import { refuseOtherMethods } from "./method-not-allowed.js";
import { openapiDocument } from "./openapi/openapi-document.js";
import { Problem, problemResponse } from "./problem.js";
import { problemOfError } from "./problem-of-error.js";
import { registerTransactionsRoute } from "./transactions-route.js";
import { registerTokenWait } from "./wait-for-token.js";

/**
 * The data API over HTTP. It authenticates nobody: who may reach it is the listener's business. It answers every path,
 * so it is mounted last. Every error is `application/problem+json` (RFC 9457); what is the node's own fault is logged as
 * `http_request_failed`. Change feeds end when the replica closes.
 */
export const createApi = (options: ApiOptions): Hono => {
  const context: ApiContext = {
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    heartbeatIntervalMs: HTTP_LIMITS.heartbeatIntervalMs,
    ...options,
  };
  const app = new Hono();
  app.use(requestTiming(context.metrics.observeRequest));
  registerTokenWait(app, context);
  registerEntriesRoutes(app, context);
  registerEntryRoutes(app, context);
  registerTransactionsRoute(app, context);
  registerChangesRoute(app, context);
  registerConflictRoutes(app, context);
  registerHealthRoutes(app, context);
  const openapi = JSON.stringify(openapiDocument(options.version));
  app.get("/openapi.json", () => new Response(openapi, { headers: { "Content-Type": "application/json" } }));
  refuseOtherMethods(app);
  app.all("*", ({ req }) => {
    throw new Problem("route_not_found", `nothing is at ${req.path}: GET /openapi.json lists what there is`);
  });
  app.onError((error, { req }) => {
    const problem = problemOfError(error);
    if (problem.status >= 500) {
      const fields = { method: req.method, path: req.path, code: problem.code, error: problem.cause ?? problem };
      options.log.error("http_request_failed", `${req.method} ${req.path} failed: ${error.message}`, fields);
    }
    return problemResponse(problem);
  });
  return app;
};
