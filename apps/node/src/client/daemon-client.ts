import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Config } from "@concordat/config";
import type { Dispatcher } from "undici";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import { problemOf } from "./problem-of.js";

export interface DaemonRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The running daemon, over its unix socket. Every call throws a `CommandError`: not running, denied, or what it answered. */
export interface DaemonClient {
  /** The answer's JSON; `undefined` when it has no body. */
  json<T>(request: DaemonRequest): Promise<T>;
  /** The answer's lines of JSON, as they come. */
  lines<T>(request: DaemonRequest): AsyncIterable<T>;
  /** The answer's bytes, as they come. */
  bytes(request: DaemonRequest): AsyncIterable<Uint8Array>;
  /** The answer as it is, a refusal too: for who passes it on. */
  response(request: DaemonRequest): Promise<DaemonResponse>;
  close(): Promise<void>;
}

export interface DaemonResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Readable;
}

/** Where the daemon of a configuration is, and how to start it. */
export interface DaemonPlace {
  readonly config: Config;
  readonly file: string;
}

/** Runs `work` with a client, and closes it. */
export const withDaemon = async <T>(place: DaemonPlace, work: (daemon: DaemonClient) => Promise<T>): Promise<T> => {
  const daemon = await connectDaemon(place);
  try {
    return await work(daemon);
  } finally {
    await daemon.close();
  }
};

const CONNECTIONS_MAX = 4;

const connectDaemon = async (place: DaemonPlace): Promise<DaemonClient> => {
  // Loaded here: it is the slowest import of a command, and not every command talks to the daemon.
  const { Pool } = await import("undici");
  // Whole-database requests take as long as they take: who waits can interrupt.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const pool = new Pool("http://localhost", {
    socketPath: place.config.adminBindPath,
    connections: CONNECTIONS_MAX,
    ...timeouts,
  });
  const send = (request: DaemonRequest) => answer(pool, place, request);
  return {
    json: async <T>(request: DaemonRequest) => {
      const { body } = await send(request);
      const text = await readingFrom(place, () => body.text());
      return (text === "" ? undefined : JSON.parse(text)) as T;
    },
    lines: async function* <T>(request: DaemonRequest) {
      const { body } = await send(request);
      try {
        for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
          yield JSON.parse(line) as T;
        }
      } catch (error) {
        throw connectionFailure(place, error);
      }
    },
    bytes: async function* (request: DaemonRequest) {
      const { body } = await send(request);
      try {
        for await (const chunk of body) yield chunk as Uint8Array;
      } catch (error) {
        throw connectionFailure(place, error);
      }
    },
    response: async (request) => {
      const { statusCode, headers, body } = await responseTo(pool, place, request);
      return { status: statusCode, contentType: String(headers["content-type"] ?? ""), body };
    },
    close: () => pool.destroy(),
  };
};

/** Throws what the daemon answers instead of what was asked. */
const answer = async (
  dispatcher: Dispatcher,
  place: DaemonPlace,
  request: DaemonRequest,
): Promise<Dispatcher.ResponseData> => {
  const response = await responseTo(dispatcher, place, request);
  if (response.statusCode < 400) return response;
  throw problemOf(response.statusCode, await readingFrom(place, () => response.body.text()));
};

const responseTo = (
  dispatcher: Dispatcher,
  place: DaemonPlace,
  { method, path, body, headers, signal }: DaemonRequest,
): Promise<Dispatcher.ResponseData> =>
  readingFrom(place, () =>
    dispatcher.request({
      method,
      path,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
      ...(signal && { signal }),
    }),
  );

const readingFrom = async <T>(place: DaemonPlace, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    throw connectionFailure(place, error);
  }
};

/** The socket is not there, does not answer, or is not ours. */
const connectionFailure = ({ config, file }: DaemonPlace, cause: unknown): unknown => {
  const code = codeOf(cause);
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return new CommandError(`the daemon is not running: nothing answers at ${config.adminBindPath}`, {
        exitCode: EXIT_CODE.daemonNotRunning,
        code: "daemon_not_running",
        remedy: `start it: concordat server -c ${file}`,
        cause,
      });
    case "EACCES":
    case "EPERM":
      return new CommandError(`this user may not talk to the daemon: ${config.adminBindPath} is not its own`, {
        exitCode: EXIT_CODE.denied,
        code: "denied",
        remedy: "run the command as the user that runs the daemon",
        cause,
      });
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return new CommandError("the daemon ended the connection: it was stopped, or it failed", {
        code: "daemon_gone",
        remedy: "its log says what happened",
        cause,
      });
    default:
      return cause;
  }
};
