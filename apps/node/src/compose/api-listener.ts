import { type BindAddress, type Config, isLoopbackHost } from "@concordat/config";
import type { Hono } from "hono";
import { guardApi } from "../http/guard/guard-api.js";
import type { KnownHost } from "../http/guard/web-page-guard.js";
import { problemResponse } from "../http/problem.js";
import { problemOfError } from "../http/problem-of-error.js";
import type { Logger } from "../log/logger.js";
import { TokenCheck } from "../token/token-check.js";
import { TokenDirectory } from "../token/token-directory.js";
import { type ApiTls, readApiTls } from "./api-tls.js";
import { type HttpServer, listenHttp } from "./http-server.js";

export interface ApiListener {
  readonly server: HttpServer;
  /** Reads the files of `config`; what it resolves with shows them from then on. Throws a `CommandError` when they cannot be used. */
  prepareTls(config: Config): Promise<() => void>;
}

/** Serves the data API over TCP, to whom brings a token. */
export const listenForClients = async (
  config: Config,
  bindAddress: BindAddress,
  { api, logger }: { readonly api: Hono; readonly logger: Logger },
): Promise<ApiListener> => {
  let tls = await readApiTls(config.api);
  const onNoteFailed = (err: unknown): void =>
    logger.warn({ event: "token_use_not_noted", err }, "the last use of a token could not be noted");
  const tokens = new TokenCheck(new TokenDirectory(config.dbPath), Date.now, onNoteFailed);
  const guard = { tokens, isKnownHost: ((host) => isLoopbackHost(host) || (tls?.isNamed(host) ?? false)) as KnownHost };
  const server = await listenHttp(
    (request, bindings) => guardApi(guard, request, () => api.fetch(request, bindings)).catch(toProblem(logger)),
    { ...bindAddress, tls },
    "bindaddress",
  );
  return {
    server,
    prepareTls: async (next) => {
      const renewed: ApiTls | undefined = await readApiTls(next.api);
      return () => {
        if (renewed === undefined || tls === undefined) return;
        server.setTls(renewed);
        tls = renewed;
      };
    },
  };
};

const toProblem =
  (logger: Logger) =>
  (error: unknown): Response => {
    const problem = problemOfError(error);
    if (problem.status >= 500)
      logger.error({ event: "http_request_failed", err: error }, "a token could not be checked");
    return problemResponse(problem);
  };
