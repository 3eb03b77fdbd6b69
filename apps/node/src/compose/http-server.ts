import { createServer, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener, type Http2Bindings, type HttpBindings } from "@hono/node-server";
import { cannotListen } from "./cannot-listen.js";
import { formatAddress } from "./socket-address.js";

/** Answers a request; hono's `fetch`. */
export type Fetch = (request: Request, bindings: HttpBindings | Http2Bindings) => Response | Promise<Response>;

export type ListenAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly tls?: ServerTls | undefined };

/** PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

export interface HttpServer {
  /** `host:port`, or the path of the unix socket. */
  readonly address: string;
  /** Shows another certificate from the next connection on. Throws for one that does not fit its key. */
  setTls(tls: ServerTls): void;
  /** Takes no new request, and resolves when those that run are answered, or after `timeoutMs`. Event streams go on. */
  drain(timeoutMs: number): Promise<void>;
  /** Ends what is left: what has ended its stream may still deliver it. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 1_000;

/** Serves `fetch` at the address that `key` of server.toml, or an option, names. Throws a `CommandError` when it cannot be had. */
export const listenHttp = async (fetch: Fetch, at: ListenAddress, key: string): Promise<HttpServer> => {
  const running = new RunningRequests();
  const server = serverOf(at, getRequestListener(running.counting(fetch)));
  const closed = new Promise<void>((resolve) => server.once("close", resolve));
  await listen(server, at, key);
  return {
    address: describeAddress(server, at),
    setTls: (tls) => {
      if ("setSecureContext" in server) server.setSecureContext(tls);
    },
    drain: (timeoutMs) => {
      server.close();
      return running.drain(timeoutMs);
    },
    close: async () => {
      server.close();
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
};

/** The requests whose answers are not yet complete, event streams apart: those end with the replica. */
class RunningRequests {
  readonly #running = new Set<ServerResponse>();
  #onEmpty: (() => void) | undefined;
  #isDraining = false;

  counting(fetch: Fetch) {
    return async (request: Request, bindings: HttpBindings | Http2Bindings): Promise<Response> => {
      if (this.#isDraining) return new Response(null, { status: 503, headers: { connection: "close" } });
      const outgoing = bindings.outgoing as ServerResponse;
      this.#running.add(outgoing);
      outgoing.once("close", () => this.#ended(outgoing));
      const response = await fetch(request, bindings);
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
      // A connection that stayed open after its stream would hold up the end of the server.
      response.headers.set("connection", "close");
      this.#ended(outgoing);
      return response;
    };
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #ended(outgoing: ServerResponse): void {
    this.#running.delete(outgoing);
    if (this.#running.size === 0) this.#onEmpty?.();
  }
}

const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

const serverOf = (at: ListenAddress, listener: ReturnType<typeof getRequestListener>): Server | TlsServer =>
  "tls" in at && at.tls !== undefined
    ? createTlsServer({ ...at.tls, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS }, listener)
    : createServer(listener);

const listen = (server: Server | TlsServer, at: ListenAddress, key: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen("path" in at ? at.path : formatAddress(at), key, cause)));
    server.listen("path" in at ? at : { host: at.host, port: at.port }, resolve);
  });

const describeAddress = (server: Server | TlsServer, at: ListenAddress): string => {
  if ("path" in at) return at.path;
  const { address, port } = server.address() as AddressInfo;
  return formatAddress({ host: address, port });
};
