import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import type { Config } from "@concordat/config";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import { textLines } from "../import/text-lines.js";
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
  close(): void;
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
  const daemon = connectDaemon(place);
  try {
    return await work(daemon);
  } finally {
    daemon.close();
  }
};

const CONNECTIONS_MAX = 4;

const connectDaemon = (place: DaemonPlace): DaemonClient => {
  // A connection for each request: one that is kept may be closed over there just as the next request begins.
  const agent = new Agent({ maxSockets: CONNECTIONS_MAX });
  const respond = (request: DaemonRequest) => readingFrom(place, () => responseTo(agent, place, request));
  /** Throws what the daemon answers instead of what was asked. */
  const send = async (request: DaemonRequest): Promise<IncomingMessage> => {
    const response = await respond(request);
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    throw problemOf(status, await readingFrom(place, () => textOf(response)));
  };
  async function* bytes(request: DaemonRequest): AsyncGenerator<Uint8Array> {
    const response = await send(request);
    try {
      for await (const chunk of response) yield chunk as Uint8Array;
    } catch (error) {
      throw connectionFailure(place, error);
    }
  }
  return {
    json: async <T>(request: DaemonRequest) => {
      const response = await send(request);
      const text = await readingFrom(place, () => textOf(response));
      return (text === "" ? undefined : JSON.parse(text)) as T;
    },
    lines: async function* <T>(request: DaemonRequest) {
      for await (const { text } of textLines(bytes(request))) yield JSON.parse(text ?? "") as T;
    },
    bytes,
    response: async (request) => {
      const body = await respond(request);
      return { status: body.statusCode ?? 0, contentType: body.headers["content-type"] ?? "", body };
    },
    close: () => agent.destroy(),
  };
};

/** Without a deadline: whole-database requests take as long as they take, and who waits can interrupt. */
const responseTo = (
  agent: Agent,
  { config }: DaemonPlace,
  { method, path, body, headers, signal }: DaemonRequest,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const request = httpRequest({
      agent,
      socketPath: config.adminBindPath,
      method,
      path,
      headers: {
        ...(bytes && { "content-type": "application/json", "content-length": bytes.length }),
        ...headers,
      },
      ...(signal && { signal }),
    });
    request.on("error", reject).once("response", (response) => {
      // Who reads it hears of an error; there may be nobody who still does.
      resolve(response.on("error", () => undefined));
    });
    request.end(bytes);
  });

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
      return new CommandError("the daemon ended the connection: it was stopped, or it failed", {
        code: "daemon_gone",
        remedy: "its log says what happened",
        cause,
      });
    default:
      return cause;
  }
};
