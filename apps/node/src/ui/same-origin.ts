import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";

/**
 * Keeps other pages' requests away from what the session's cookie opens. Ports are one site to a browser, so that
 * `SameSite` alone lets the page of any other program of this machine through: the browser's own word on where a
 * request comes from does not.
 */
export const sameOriginOnly: MiddlewareHandler = async ({ req }, next) => {
  const site = req.header("sec-fetch-site");
  const isForeign = site !== undefined && site !== "same-origin";
  const changesSomething = req.method !== "GET" && req.method !== "HEAD";
  const { origin } = new URL(req.url);
  if (isForeign || (changesSomething && req.header("origin") !== origin)) {
    throw new HTTPException(403, { message: "this address answers its own page alone" });
  }
  await next();
};
