import type { RefreshOutcome, RefreshProgress, Replica } from "@concordat/replica";
import { codeOf } from "../describe-failure.js";
import { isJsonObject, type JsonObject } from "../http/json/json.js";
import { parseJson } from "../http/json/parse-json.js";
import { Problem } from "../http/problem.js";

export interface RefreshRequest {
  readonly from?: string;
  readonly discardLocalChanges: boolean;
}

/** One line of the answer to `POST /v1/admin/refresh`: progress, then exactly one of the others. */
export type RefreshLine =
  | ({ readonly kind: "progress" } & RefreshProgress)
  | RefreshOutcome
  /** Nothing changed; the next try goes on where this one stopped. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

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

const PROGRESS_INTERVAL_MS = 100;

/** Runs a refresh and tells of it as NDJSON. When the client goes away, the refresh stops with nothing changed. */
export const refreshResponse = ({ replica, stopping }: RefreshContext, request: RefreshRequest): Response => {
  const cancelled = new AbortController();
  const signal = AbortSignal.any([stopping, cancelled.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      const send = (line: RefreshLine): void => {
        if (!cancelled.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      const progress = throttled((latest: RefreshProgress) => send({ kind: "progress", ...latest }));
      const outcome = await replica.refresh({ ...request, onProgress: progress.report, signal }).catch(failureLine);
      progress.flush();
      send(outcome);
      if (!cancelled.signal.aborted) controller.close();
    },
    cancel: () => cancelled.abort(),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
};

const failureLine = (error: unknown): RefreshLine => ({
  kind: "failed",
  code: codeOf(error) ?? "unexpected",
  message: error instanceof Error ? error.message : String(error),
});

/** Passes on a value every now and then; `flush` passes on the last one. */
const throttled = <T>(
  send: (value: T) => void,
): { readonly report: (value: T) => void; readonly flush: () => void } => {
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let unsent: T | undefined;
  const flush = (): void => {
    if (unsent !== undefined) send(unsent);
    unsent = undefined;
  };
  const report = (value: T): void => {
    unsent = value;
    const nowMs = performance.now();
    if (nowMs - sentAtMs < PROGRESS_INTERVAL_MS) return;
    sentAtMs = nowMs;
    flush();
  };
  return { report, flush };
};
