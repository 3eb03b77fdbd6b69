import { FAULTS_SEEN } from "../run/faults-seen.js";
import type { JobOutcome, JobResult } from "./job.js";

/** A seed that broke a promise. */
export interface Failure {
  readonly seed: number;
  readonly checker: string;
  readonly message: string;
}

/** What many seeds add up to. */
export class Totals {
  seeds = 0;
  steps = 0;
  changes = 0;
  bytes = 0;
  virtualMs = 0;
  rounds = 0;
  roundsMax = 0;
  nodesMax = 0;
  readonly faults = new Map<string, number>(FAULTS_SEEN.map((fault) => [fault, 0]));
  readonly failures: Failure[] = [];
  readonly hashes = new Map<number, string>();

  /** All of it as it is written down, after so many seconds in so many processes. */
  figures(seconds: number, workers: number) {
    const { seeds, steps, changes, bytes, virtualMs, rounds, roundsMax, nodesMax, failures } = this;
    const faults = Object.fromEntries([...this.faults].sort());
    return { seeds, steps, changes, bytes, virtualMs, rounds, roundsMax, nodesMax, seconds, workers, faults, failures };
  }

  add(result: JobResult): void {
    this.seeds += 1;
    if (result.kind === "broken") {
      this.failures.push({ seed: result.seed, checker: "unexpected-error", message: result.message });
      return;
    }
    const { outcome } = result;
    this.#addReport(outcome);
    if (outcome.kind === "violation") {
      const { seed, checker, message } = outcome;
      this.failures.push({ seed, checker, message });
      return;
    }
    this.rounds += outcome.rounds;
    this.roundsMax = Math.max(this.roundsMax, outcome.rounds);
  }

  #addReport({ seed, steps, changes, bytes, virtualMs, plan, faults, traceHash }: JobOutcome): void {
    this.steps += steps;
    this.changes += changes;
    this.bytes += bytes;
    this.virtualMs += virtualMs;
    this.nodesMax = Math.max(this.nodesMax, plan.nodes);
    this.hashes.set(seed, traceHash);
    for (const [fault, count] of Object.entries(faults)) this.faults.set(fault, (this.faults.get(fault) ?? 0) + count);
  }
}
