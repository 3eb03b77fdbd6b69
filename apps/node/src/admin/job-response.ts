import { codeOf } from "../describe-failure.js";

/** One line of the answer to a job that takes a while: progress, then exactly one of the others. */
export type JobLine<Progress, Outcome> =
  | ({ readonly kind: "progress" } & Progress)
  | Outcome
  /** Nothing changed. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

export interface JobControl<Progress> {
  readonly onProgress: (progress: Progress) => void;
  /** Aborts when the client goes away, or the node shuts down. */
  readonly signal: AbortSignal;
}

const PROGRESS_INTERVAL_MS = 100;

/** Runs a job and tells of it as NDJSON. When the client goes away, the job is told to stop. */
export const jobResponse = <Progress extends object, Outcome extends object>(
  stopping: AbortSignal,
  run: (control: JobControl<Progress>) => Promise<Outcome>,
): Response => {
  const cancelled = new AbortController();
  const signal = AbortSignal.any([stopping, cancelled.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      const send = (line: JobLine<Progress, Outcome>): void => {
        if (!cancelled.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      const progress = throttled((latest: Progress) => send({ kind: "progress", ...latest }));
      const outcome = await run({ onProgress: progress.report, signal }).catch(failureLine);
      progress.flush();
      send(outcome);
      if (!cancelled.signal.aborted) controller.close();
    },
    cancel: () => cancelled.abort(),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
};

const failureLine = (error: unknown) => ({
  kind: "failed" as const,
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
