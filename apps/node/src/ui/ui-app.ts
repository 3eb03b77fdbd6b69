import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import type { DaemonClient } from "../client/daemon-client.js";
import { describeFailure } from "../describe-failure.js";
import { isLoopbackName, refuseWebPages } from "../http/guard/web-page-guard.js";
import { Problem, problemResponse } from "../http/problem.js";
import { type Forwarded, forwardToDaemon } from "./forward-to-daemon.js";
import { sameOriginOnly } from "./same-origin.js";
import type { UiFiles } from "./ui-files.js";
import { uiHeaders } from "./ui-headers.js";
import { readOverview } from "./ui-overview.js";
import { reloadFor } from "./ui-reload.js";
import type { UiSession } from "./ui-session.js";

export interface UiAppOptions {
  /** The folder that everything lies under: unguessable, so that the cookie's path is never asked of another server. */
  readonly folder: string;
  readonly session: UiSession;
  readonly files: UiFiles;
  readonly daemon: DaemonClient;
  /** What the commands on the page need after them, such as `-c /etc/concordat/server.toml`. */
  readonly commandSuffix: string;
  readonly nowMs: () => number;
  /** Somebody opened the link, or came with one that opens nothing. */
  readonly onEntry: (entry: "entered" | "refused") => void;
}

const COOKIE = "concordat_ui";

/**
 * The page and the little that it may ask: its files, the exchange of the token, and, for the session that came of it,
 * an overview, a reload and the routes of `FORWARDED`, which go to the daemon's socket. Errors are problem+json.
 */
export const createUiApp = (options: UiAppOptions): Hono => {
  const { folder, session, files, daemon, commandSuffix, nowMs, onEntry } = options;
  const app = new Hono();
  app.use(uiHeaders);
  app.use(async (context, next) => {
    await next();
    context.res.headers.set("Cache-Control", "no-store");
  });
  app.use(async ({ req }, next) => {
    refuseWebPages(req.raw, isLoopbackName);
    await next();
  });
  const page = new Hono();

  page.post("/session", sameOriginOnly, bodyLimit({ maxSize: 1_024 }), async (context) => {
    const secret = session.exchange(await context.req.text(), nowMs());
    onEntry(secret === undefined ? "refused" : "entered");
    if (secret === undefined) throw new HTTPException(403, { message: "this link was used before, or is too old" });
    setCookie(context, COOKIE, secret, { path: `/${folder}/`, httpOnly: true, sameSite: "Strict" });
    return context.body(null, 204);
  });

  const api = new Hono();
  api.use(sameOriginOnly, async (context, next) => {
    if (!session.accepts(getCookie(context, COOKIE) ?? "", nowMs())) {
      throw new HTTPException(401, { message: "the session has ended, or never began" });
    }
    await next();
  });
  api.get("/overview", async (context) => context.json(await readOverview(daemon, commandSuffix, nowMs())));
  api.post("/reload", async (context) =>
    context.json(await reloadFor(daemon, { dryRun: context.req.query("dry-run") === "true" })),
  );
  for (const { method, path } of FORWARDED) {
    api.on(method, path, bodyLimit({ maxSize: 65_536 }), ({ req }) =>
      forwardToDaemon(daemon, req.raw, `/${folder}/api`),
    );
  }

  page.route("/api", api);

  page.get("*", ({ req }) => {
    const file = files.get(req.path.slice(folder.length + 2) || "index.html");
    if (file === undefined) throw new HTTPException(404, { message: "there is nothing at this path" });
    return new Response(file.bytes, { headers: { "Content-Type": file.contentType } });
  });
  app.route(`/${folder}`, page);
  app.notFound(() => problem(404, "not_found", "there is nothing at this path"));
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error);
    if (error instanceof HTTPException) return problem(error.status, "refused", error.message);
    const { code, message, remedy } = describeFailure(error);
    return problem(code === "daemon_not_running" || code === "daemon_gone" ? 503 : 502, code, message, remedy);
  });
  return app;
};

/** What the page may ask of the daemon: what its buttons do, and what it shows. */
const FORWARDED: readonly Forwarded[] = [
  { method: "GET", path: "/v1/conflicts" },
  { method: "POST", path: "/v1/conflicts/:id/resolve" },
  { method: "POST", path: "/v1/admin/refresh" },
  { method: "POST", path: "/v1/admin/renew-certificate" },
  { method: "POST", path: "/v1/admin/pause" },
  { method: "POST", path: "/v1/admin/resume" },
];

const problem = (status: number, code: string, detail: string, remedy?: string): Response =>
  new Response(JSON.stringify({ type: `urn:concordat:error:${code}`, status, detail, remedy }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
