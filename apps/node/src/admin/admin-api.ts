import type { Replica } from "@concordat/replica";
import { Hono } from "hono";
import type { Reload } from "../compose/reload.js";
import { problemResponse } from "../http/problem.js";
import { problemOfError } from "../http/problem-of-error.js";
import type { Logger } from "../log/logger.js";
import type { NodeCertificates } from "../renewal/node-certificates.js";
import { backupResponse } from "./backup-response.js";
import { compareResponse, readCompareRequest } from "./compare-response.js";
import { exportResponse } from "./export-response.js";
import { pause, readPauseRequest, resume } from "./pause-response.js";
import { readRefreshRequest, refreshResponse } from "./refresh-response.js";
import { readRenewRequest, renewalAnswer, renewCertificate } from "./renew-certificate.js";
import { readRestoreRequest, restoreResponse } from "./restore-response.js";
import { verifyResponse } from "./verify-response.js";

export interface AdminContext {
  readonly replica: Replica;
  readonly reload: Reload;
  /** Of a node with `[replication]`. */
  readonly certificates: NodeCertificates | undefined;
  readonly logger: Logger;
  /** Aborts when the node shuts down. */
  readonly stopping: AbortSignal;
}

/** What only the node's owner may do: served on the unix socket, never over TCP. */
export const createAdminApi = (context: AdminContext): Hono => {
  const { replica, reload, certificates, logger } = context;
  const app = new Hono();
  app.get("/digest", async (c) => c.json(await replica.digest()));
  app.post("/compare", async (c) => compareResponse(context, await readCompareRequest(c.req.raw)));
  app.get("/export", (c) => exportResponse(replica, c.req.query("filter")));
  app.get("/backup", () => backupResponse(replica));
  app.post("/verify", ({ req }) => verifyResponse(context, req.header("accept")));
  app.post("/reload", async (c) => c.json(await reload({ dryRun: c.req.query("dry-run") === "true" })));
  app.post("/pause", async (c) => c.json(await pause(replica, await readPauseRequest(c.req.raw))));
  app.post("/resume", async (c) => c.json(await resume(replica, await readPauseRequest(c.req.raw))));
  if (certificates !== undefined) {
    app.get("/renew-certificate", (c) => c.json(renewalAnswer(certificates)));
    app.post("/renew-certificate", async (c) =>
      c.json(await renewCertificate(certificates, await readRenewRequest(c.req.raw))),
    );
  }
  app.post("/refresh", async (c) => refreshResponse(context, await readRefreshRequest(c.req.raw)));
  app.post("/restore", async (c) => restoreResponse(context, await readRestoreRequest(c.req.raw)));
  app.onError((error) => {
    const problem = problemOfError(error);
    if (problem.status >= 500) logger.error({ event: "admin_request_failed", err: error }, error.message);
    return problemResponse(problem);
  });
  return app;
};
