import type { RefreshOutcome, RefreshProgress, Replica } from "@concordat/replica";
import { isJsonObject, type JsonObject } from "../http/json/json.js";
import { parseJson } from "../http/json/parse-json.js";
import { Problem } from "../http/problem.js";
import { type JobLine, jobResponse } from "./job-response.js";

export interface RefreshRequest {
  readonly from?: string;
  readonly discardLocalChanges: boolean;
}

/** One line of the answer to `POST /v1/admin/refresh`. After `failed` the next try goes on where this one stopped. */
export type RefreshLine = JobLine<RefreshProgress, RefreshOutcome>;

/** @throws Problem `invalid_body`, JsonError. */
export const readRefreshRequest = async (request: Request): Promise<RefreshRequest> => {
  const text = await request.text();
  const body = text === "" ? {} : parseJson(text);
  if (!isJsonObject(body) || !isRefreshRequest(body)) {
    throw new Problem("invalid_body", 'write {"from": "repl://…", "discardLocalChanges": false}, both optional');
  }
  const { from, discardLocalChanges = false } = body;
  return { ...(from !== undefined && { from }), discardLocalChanges };
};

const isRefreshRequest = (body: JsonObject): body is { from?: string; discardLocalChanges?: boolean } =>
  (body.from === undefined || typeof body.from === "string") &&
  (body.discardLocalChanges === undefined || typeof body.discardLocalChanges === "boolean");

export interface RefreshContext {
  readonly replica: Replica;
  /** Aborts when the node shuts down. */
  readonly stopping: AbortSignal;
}

/** When the client goes away, the refresh stops with nothing changed. */
export const refreshResponse = ({ replica, stopping }: RefreshContext, request: RefreshRequest): Response =>
  jobResponse<RefreshProgress, RefreshOutcome>(stopping, (control) => replica.refresh({ ...request, ...control }));
