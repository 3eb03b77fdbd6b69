import type { CompareProgress, ComparisonOutcome, Replica } from "@concordat/replica";
import { isJsonObject } from "../http/json/json.js";
import { parseJson } from "../http/json/parse-json.js";
import { Problem } from "../http/problem.js";
import { type JobLine, jobResponse } from "./job-response.js";

export interface CompareRequest {
  readonly with: string;
}

/** One line of the answer to `POST /v1/admin/compare`. */
export type CompareLine = JobLine<CompareProgress, ComparisonOutcome>;

/** @throws Problem `invalid_body`, JsonError. */
export const readCompareRequest = async (request: Request): Promise<CompareRequest> => {
  const body = parseJson(await request.text());
  if (isJsonObject(body) && typeof body.with === "string") return { with: body.with };
  throw new Problem("invalid_body", 'write {"with": "repl://…"}, the origin of a partner');
};

export interface CompareContext {
  readonly replica: Replica;
  readonly stopping: AbortSignal;
}

export const compareResponse = ({ replica, stopping }: CompareContext, request: CompareRequest): Response =>
  jobResponse<CompareProgress, ComparisonOutcome>(stopping, (control) => replica.compareWith(request.with, control));
