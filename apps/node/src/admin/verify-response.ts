import type { Replica, VerifyProgress, VerifyReport } from "@concordat/replica";
import { type JobLine, jobResponse } from "./job-response.js";

/** One line of the answer to `POST /v1/admin/verify`, for whoever accepts lines. */
export type VerifyLine = JobLine<VerifyProgress, { readonly kind: "verified" } & VerifyReport>;

export const NDJSON = "application/x-ndjson";

export interface VerifyContext {
  readonly replica: Replica;
  readonly stopping: AbortSignal;
}

/** The report; with progress before it for whoever accepts NDJSON. */
export const verifyResponse = async ({ replica, stopping }: VerifyContext, accept = ""): Promise<Response> => {
  if (accept !== NDJSON) return Response.json(await replica.verify({ signal: stopping }));
  return jobResponse(stopping, async (control) => ({ kind: "verified" as const, ...(await replica.verify(control)) }));
};
