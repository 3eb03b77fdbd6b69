import type { Replica } from "@concordat/replica";
import type { Context, Hono, Next } from "hono";
import type { ApiContext } from "./api-context.js";
import { HTTP_LIMITS } from "./http-limits.js";
import { isoMicros } from "./iso-micros.js";
import { Problem } from "./problem.js";

/** What a write answers, and what to send back as `WAIT_HEADER`. */
export const TOKEN_HEADER = "Concordat-Token";
export const WAIT_HEADER = "Concordat-Wait";
export const WAIT_TIMEOUT_HEADER = "Concordat-Wait-Timeout";

/** The headers of an answer that has seen everything which `replica` has. */
export const tokenHeaders = (replica: Replica): Readonly<Record<string, string>> => ({
  [TOKEN_HEADER]: replica.token(),
});

/**
 * A request below `/v1` that brings a token, from whichever node, is answered once this node has seen what the token
 * speaks of: read your writes. Until then it waits, for as long as it says.
 */
export const registerTokenWait = (app: Hono, { replica }: ApiContext): void => {
  app.use("/v1/*", async ({ req }: Context, next: Next) => {
    const token = req.header(WAIT_HEADER);
    if (token !== undefined) await waitFor(replica, token, timeoutOf(req.header(WAIT_TIMEOUT_HEADER)), req.raw.signal);
    await next();
  });
};

const waitFor = async (replica: Replica, token: string, timeoutMs: number, signal: AbortSignal): Promise<void> => {
  const outcome = await replica.waitFor(token, { timeoutMs, signal });
  if (outcome.kind === "seen") return;
  const missing = outcome.missing.map(({ server, seen }) => ({ server, seen: isoMicros(seen) }));
  const servers = missing.map(({ server, seen }) => `of server ${server} up to ${seen}`).join(", ");
  throw new Problem(
    "not_seen_yet",
    `after ${timeoutMs / 1000} s this node still lacks changes ${servers}: ask again, or ask the node that wrote; /v1/status says how the links are`,
    { members: { missing }, headers: { "Retry-After": "1" } },
  );
};

const timeoutOf = (text: string | undefined): number => {
  if (text === undefined) return HTTP_LIMITS.waitDefaultS * 1_000;
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= HTTP_LIMITS.waitMaxS) return Math.round(seconds * 1_000);
  throw new Problem(
    "invalid_parameter",
    `${WAIT_TIMEOUT_HEADER} takes a number of seconds from 0 to ${HTTP_LIMITS.waitMaxS}`,
  );
};
