import { isLoopbackHost } from "@concordat/config";
import { Problem } from "../problem.js";

/** Whether the node answers to this host name or address, without its port. */
export type KnownHost = (host: string) => boolean;

/**
 * Keeps web pages away: one of another origin may send requests from a user's own browser, and one whose name was rebound to
 * this address may read the answers.
 *
 * @throws Problem `foreign_host`, `foreign_origin`.
 */
export const refuseWebPages = (request: Request, isKnownHost: KnownHost): void => {
  const { host, hostname, protocol } = new URL(request.url);
  if (!isKnownHost(hostname.replace(/^\[|\]$/g, ""))) {
    throw new Problem(
      "foreign_host",
      `this node does not answer to ${host}: use its address, or a name of its certificate`,
    );
  }
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `${protocol}//${host}`) {
    throw new Problem("foreign_origin", `pages of ${origin} may not use this node: send the request from a program`);
  }
};

export const isLoopbackName: KnownHost = isLoopbackHost;
