import { simulate } from "../simulate.js";
import { type Job, type JobResult, optionsOf } from "./job.js";

// Errors are thrown by the thousand here, and nobody reads where.
Error.stackTraceLimit = 0;

let seed = -1;

const answer = (result: JobResult): void => {
  process.send?.(result);
};

/** A promise that nobody looks after would end a real process. */
const broken = (error: unknown): void => {
  answer({ kind: "broken", seed, message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
};
process.on("unhandledRejection", broken);
process.on("uncaughtException", broken);
process.on("disconnect", () => process.exit());

process.on("message", async (job: Job) => {
  seed = job.seed;
  const startedAt = performance.now();
  try {
    const outcome = await simulate(await optionsOf(job));
    answer({ kind: "outcome", outcome: { ...outcome, elapsedMs: performance.now() - startedAt } });
  } catch (error) {
    broken(error);
  }
});
