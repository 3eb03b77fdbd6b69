import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";

/** One answered request. */
export interface TimedRequest {
  readonly method: string;
  /** The pattern of its path, `/v1/entries/:uuid`: one of a few, whatever was asked for. */
  readonly route: string;
  readonly status: string;
  readonly seconds: number;
}

export type ObserveRequest = (request: TimedRequest) => void;

/** Times every request up to the beginning of its answer. Mounted first. */
export const requestTiming =
  (observe: ObserveRequest): MiddlewareHandler =>
  async (context, next) => {
    const startedAtMs = performance.now();
    await next();
    observe({
      method: METHODS.has(context.req.method) ? context.req.method : "other",
      route: routePath(context),
      status: String(context.res.status),
      seconds: (performance.now() - startedAtMs) / 1_000,
    });
  };

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
