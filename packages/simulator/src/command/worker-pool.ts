import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Job, JobResult } from "./job.js";

/** Most of what a run makes is garbage at once: a larger nursery is worth a fifth of the time. */
const WORKER_FLAGS = ["--max-semi-space-size=32"];

/**
 * Runs the jobs that `nextJob` gives until it gives none or `signal` aborts, in so many processes, and hands each result to
 * `onResult`. A process that breaks is replaced.
 */
export const runJobs = async (
  workers: number,
  nextJob: () => Job | undefined,
  onResult: (result: JobResult) => void,
  signal: AbortSignal,
): Promise<void> => {
  await Promise.all(Array.from({ length: workers }, () => runWorker(nextJob, onResult, signal)));
};

const runWorker = async (
  nextJob: () => Job | undefined,
  onResult: (result: JobResult) => void,
  signal: AbortSignal,
): Promise<void> => {
  let child = startWorker();
  try {
    for (let job = nextJob(); job !== undefined && !signal.aborted; job = nextJob()) {
      const result = await resultOf(child, job, signal);
      if (result === undefined) return;
      onResult(result);
      if (result.kind === "outcome") continue;
      child.kill();
      child = startWorker();
    }
  } finally {
    child.kill();
  }
};

const startWorker = (): ChildProcess =>
  fork(fileURLToPath(new URL("./worker.js", import.meta.url)), { execArgv: WORKER_FLAGS, serialization: "advanced" });

const resultOf = (child: ChildProcess, job: Job, signal: AbortSignal): Promise<JobResult | undefined> =>
  new Promise((resolve) => {
    const settle = (result: JobResult | undefined): void => {
      child.off("message", onMessage);
      child.off("exit", onExit);
      signal.removeEventListener("abort", onAbort);
      resolve(result);
    };
    const onMessage = (result: JobResult): void => settle(result);
    const onExit = (code: number | null): void =>
      settle({ kind: "broken", seed: job.seed, message: `the worker ended with ${code ?? "a signal"}` });
    const onAbort = (): void => settle(undefined);
    child.on("message", onMessage);
    child.on("exit", onExit);
    signal.addEventListener("abort", onAbort);
    child.send(job);
  });
