import type { Replica } from "@concordat/replica";
import { isJsonObject, type JsonObject } from "../http/json/json.js";
import { parseJson } from "../http/json/parse-json.js";
import { Problem } from "../http/problem.js";

/** Which partners a pause, or its end, is about. */
export type PauseRequest = { readonly origin: string } | { readonly all: true };

/** The partners that it was about, as they are now. */
export interface PauseAnswer {
  readonly partners: readonly { readonly origin: string; readonly paused: boolean }[];
}

/** @throws Problem `invalid_body`, JsonError. */
export const readPauseRequest = async (request: Request): Promise<PauseRequest> => {
  const body = parseJson(await request.text());
  if (!isJsonObject(body) || !isPauseRequest(body))
    throw new Problem("invalid_body", 'write {"origin": "repl://host:port"} or {"all": true}');
  return body;
};

const isPauseRequest = (body: JsonObject): body is { origin: string } | { all: true } =>
  (typeof body.origin === "string") !== (body.all === true);

/** @throws ReplicaError `unknown_partner`. */
export const pause = (replica: Replica, request: PauseRequest): Promise<PauseAnswer> =>
  forEach(replica, request, true, (origin) => replica.pausePartner(origin));

/** @throws ReplicaError `unknown_partner`. */
export const resume = (replica: Replica, request: PauseRequest): Promise<PauseAnswer> =>
  forEach(replica, request, false, (origin) => replica.resumePartner(origin));

const forEach = async (
  replica: Replica,
  request: PauseRequest,
  paused: boolean,
  change: (origin: string) => Promise<void>,
): Promise<PauseAnswer> => {
  const origins = "origin" in request ? [request.origin] : replica.status().partners.map(({ origin }) => origin);
  await Promise.all(origins.map(change));
  return { partners: origins.map((origin) => ({ origin, paused })) };
};
