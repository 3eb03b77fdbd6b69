import { Readable } from "node:stream";
import type { DaemonClient, DaemonRequest } from "../client/daemon-client.js";

/** A route of the daemon that the page may use. */
export interface Forwarded {
  readonly method: DaemonRequest["method"];
  readonly path: string;
}

/** The daemon's own answer to a request below `prefix`, as it comes. When who asked goes away, the daemon learns of it. */
export const forwardToDaemon = async (daemon: DaemonClient, request: Request, prefix: string): Promise<Response> => {
  const { pathname, search } = new URL(request.url);
  const text = await request.text();
  const { status, contentType, body } = await daemon.response({
    method: request.method as Forwarded["method"],
    path: `${pathname.slice(prefix.length)}${search}`,
    ...(text !== "" && { body: text }),
    signal: request.signal,
  });
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, {
    status,
    headers: { "Content-Type": contentType },
  });
};
