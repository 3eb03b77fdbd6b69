import type { TokenScope } from "../../token/access-token.js";

const OPEN_PATHS: ReadonlySet<string> = new Set(["/livez", "/readyz", "/openapi.json"]);
const MONITOR_PATHS: ReadonlySet<string> = new Set(["/v1/status", "/metrics"]);

/** What a request needs a token for; `undefined` for what anybody may ask: whether the node is up, and what the API is like. Pure. */
export const neededScope = (method: string, path: string): TokenScope | undefined => {
  const isReading = method === "GET" || method === "HEAD";
  if (!isReading) return "write";
  if (OPEN_PATHS.has(path)) return undefined;
  return MONITOR_PATHS.has(path) ? "monitor" : "read";
};
