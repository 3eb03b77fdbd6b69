import { allows, type TokenScope } from "../../token/access-token.js";
import type { TokenCheck } from "../../token/token-check.js";
import { Problem } from "../problem.js";
import { neededScope } from "./needed-scope.js";
import { endWhenRevoked } from "./revocable-stream.js";
import { type KnownHost, refuseWebPages } from "./web-page-guard.js";

export interface ApiGuard {
  readonly tokens: TokenCheck;
  readonly isKnownHost: KnownHost;
}

/**
 * Lets a request through to `answer` when it brings a token that allows it, and no web page sent it. A feed ends when its
 * token does.
 *
 * @throws Problem `unauthenticated`, `insufficient_scope`, `foreign_host`, `foreign_origin`.
 */
export const guardApi = async (
  { tokens, isKnownHost }: ApiGuard,
  request: Request,
  answer: () => Response | Promise<Response>,
): Promise<Response> => {
  refuseWebPages(request, isKnownHost);
  const { pathname } = new URL(request.url);
  const needed = neededScope(request.method, pathname);
  const token = bearerToken(request);
  if (needed === undefined) return token === undefined ? withoutReasons(await answer()) : answer();
  if (token === undefined) throw unauthenticated("this address wants a token");
  await assertAllowed(tokens, token, needed);
  const response = await answer();
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
  return endWhenRevoked(response, async () => (await tokens.check(token)).kind === "valid");
};

const assertAllowed = async (tokens: TokenCheck, token: string, needed: TokenScope): Promise<void> => {
  const verdict = await tokens.check(token);
  if (verdict.kind === "unknown") throw unauthenticated("this node does not know the token", "invalid_token");
  if (verdict.kind === "expired")
    throw unauthenticated(`the token ${verdict.name} expired at ${verdict.expiresAt}`, "invalid_token");
  const { name, scope } = verdict.record;
  if (allows(scope, needed)) return;
  throw new Problem("insufficient_scope", `the token ${name} has the scope ${scope}, and this takes ${needed}`, {
    headers: { "WWW-Authenticate": `Bearer realm="concordat", error="insufficient_scope", scope="${needed}"` },
  });
};

const bearerToken = (request: Request): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];

const unauthenticated = (what: string, error?: "invalid_token"): Problem =>
  new Problem(
    "unauthenticated",
    `${what}: send "Authorization: Bearer TOKEN"; on the node, concordat token create NAME --scope read|write makes one`,
    { headers: { "WWW-Authenticate": `Bearer realm="concordat"${error === undefined ? "" : `, error="${error}"`}` } },
  );

/** Whether the node is ready is for everybody; why not names its partners. */
const withoutReasons = async (response: Response): Promise<Response> => {
  if (response.status !== 503) return response;
  return Response.json({ ready: false }, { status: 503, headers: { "cache-control": "no-store" } });
};
