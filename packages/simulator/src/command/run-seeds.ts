import { writeFileSync } from "node:fs";
import { FAULTS_SEEN } from "../run/faults-seen.js";
import type { Job } from "./job.js";
import type { CommandOptions } from "./options.js";
import { replaySeed } from "./replay-seed.js";
import { Totals } from "./totals.js";
import { runJobs } from "./worker-pool.js";

/** After so many seeds that fail, the rest tells nothing new. */
const FAILURES_MAX = 10;
/** How often the state of a run is told, or kept, that nobody watches. */
const PROGRESS_MS = 30_000;
/** One seed in so many is run once more, in another process, and must do the same to the last byte. */
const REPEATED_ONE_IN = 50;

/** Runs seed after seed. Answers the exit code. */
export const runSeeds = async (options: CommandOptions, signal: AbortSignal): Promise<number> => {
  const startedAt = performance.now();
  const totals = new Totals();
  const show = progressOn(totals, options, startedAt);
  const keepFigures = figuresKeeper(totals, options, startedAt);
  const jobs = seedsOf(options, startedAt);
  const isEnough = (): boolean => totals.failures.length >= FAILURES_MAX;
  await runJobs(
    options.workers,
    () => (isEnough() ? undefined : jobs.next().value),
    (result) => {
      totals.add(result);
      show();
      keepFigures();
    },
    signal,
  );
  await repeatSome(options, totals, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stderr.write("\n");
  report(options, totals, seconds);
  if (signal.aborted) return 130;
  const [first] = totals.failures;
  if (first === undefined) return rareFaults(options, totals).length === 0 ? 0 : 1;
  if (!options.json) await replaySeed(options, first.seed, signal);
  return 1;
};

function* seedsOf(options: CommandOptions, startedAt: number): Generator<Job, undefined> {
  const { from, seeds, minutes } = options;
  for (let seed = from; minutes !== undefined || seed < from + seeds; seed += 1) {
    if (minutes !== undefined && performance.now() - startedAt > minutes * 60_000) return undefined;
    yield jobOf(options, seed);
  }
  return undefined;
}

const jobOf = ({ steps, nodes, scenario }: CommandOptions, seed: number): Job => ({ seed, steps, nodes, scenario });

const repeatSome = async (options: CommandOptions, totals: Totals, signal: AbortSignal): Promise<void> => {
  const again = [...totals.hashes.keys()].filter((seed) => seed % REPEATED_ONE_IN === 0);
  const jobs = again.map((seed) => jobOf(options, seed));
  await runJobs(
    Math.min(options.workers, Math.max(1, jobs.length)),
    () => jobs.shift(),
    (result) => {
      if (result.kind === "broken") return;
      const { seed, traceHash } = result.outcome;
      if (traceHash === totals.hashes.get(seed)) return;
      totals.failures.push({ seed, checker: "determinism", message: "two runs of the seed did not do the same" });
    },
    signal,
  );
};

const progressOn = (totals: Totals, { minutes, seeds }: CommandOptions, startedAt: number): (() => void) => {
  const isTerminal = process.stderr.isTTY;
  let shownAt = startedAt;
  return () => {
    const now = performance.now();
    if (now - shownAt < (isTerminal ? 200 : PROGRESS_MS)) return;
    shownAt = now;
    const of = minutes === undefined ? `${totals.seeds} of ${seeds} seeds` : `${totals.seeds} seeds`;
    const line = `${of}, ${totals.steps} steps, ${totals.failures.length} failed`;
    process.stderr.write(isTerminal ? `\r${line}` : `${line}\n`);
  };
};

/** Writes what a run that is interrupted would otherwise take with it. */
const figuresKeeper = (totals: Totals, { figures, workers }: CommandOptions, startedAt: number): (() => void) => {
  if (figures === undefined) return () => undefined;
  let keptAt = startedAt;
  return () => {
    const now = performance.now();
    if (now - keptAt < PROGRESS_MS) return;
    keptAt = now;
    writeFileSync(figures, `${JSON.stringify(totals.figures((now - startedAt) / 1_000, workers))}\n`);
  };
};

/** The classes that were not seen often enough. */
const rareFaults = ({ eachFault }: CommandOptions, { faults }: Totals): readonly string[] =>
  FAULTS_SEEN.filter((fault) => (faults.get(fault) ?? 0) < eachFault);

const report = (options: CommandOptions, totals: Totals, seconds: number): void => {
  const { json, workers, eachFault, figures: file } = options;
  const figures = totals.figures(seconds, workers);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures)}\n`);
  if (json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  const { seeds, steps, changes, bytes, virtualMs, roundsMax, nodesMax, faults, failures } = figures;
  const lines = [
    `${seeds} seeds, ${steps} steps, ${changes} acknowledged changes, ${Math.round(bytes / 2 ** 20)} MiB over the network, ${(virtualMs / 3_600_000).toFixed(1)} simulated hours`,
    `${(seconds / 60).toFixed(1)} minutes in ${workers} processes; up to ${nodesMax} nodes; ${roundsMax} rounds to be equal at the most`,
    ...Object.entries(faults).map(([fault, count]) => `  ${fault.padEnd(24)}${String(count).padStart(9)}`),
    ...failures.map(({ seed, checker, message }) => `seed ${seed} failed, ${checker}: ${message}`),
    ...rareFaults(options, totals).map((fault) => `${fault} took effect less than ${eachFault} times`),
    failures.length === 0 ? "every promise was kept" : `${failures.length} seeds failed`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
};
