import type { Fetch } from "./http-server.js";
import { isLoopback } from "./unsupported-settings.js";

/**
 * Keeps web pages away from the data API on a loopback port, which has no token: a page of another origin may post
 * there from the user's own browser, and a name that is rebound to 127.0.0.1 may read there.
 */
export const loopbackOnly =
  (fetch: Fetch): Fetch =>
  (request, bindings) => {
    const { host, protocol } = new URL(request.url);
    const origin = request.headers.get("origin");
    const isForeign = origin !== null && origin !== `${protocol}//${host}`;
    if (isLoopback(hostnameOf(request.url)) && !isForeign) return fetch(request, bindings);
    return Response.json(
      {
        type: "about:blank",
        title: "Forbidden",
        status: 403,
        detail: "this address answers this machine's programs alone",
      },
      { status: 403, headers: { "content-type": "application/problem+json" } },
    );
  };

const hostnameOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, "");
