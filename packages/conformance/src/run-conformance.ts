import { type CleanUp, cleanUp } from "./clean-up.js";
import type { Requirement, RequirementResult, Verdict } from "./requirement.js";
import { requirements } from "./requirements.js";
import type { RunnerOptions } from "./runner.js";
import { Trial } from "./trial.js";
import { NotTested } from "./violation.js";

export interface ConformanceOptions extends RunnerOptions {
  /** Ids, or beginnings of ids up to a dot, of what is to be tried; all when left out. */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
  /** Each verdict, as it is found. */
  readonly onResult?: (result: RequirementResult) => void;
}

export interface ConformanceReport {
  readonly results: readonly RequirementResult[];
  readonly cleanUp: CleanUp;
  /** Whether the peer could be met in any role. */
  readonly isReached: boolean;
}

/**
 * Holds one peer to the requirements, one after the other. Once `signal` aborts, what is left is `not tested`, and what the
 * runner has made is deleted all the same.
 *
 * The peer is not harmed: it is given new entries under uuids of their own, which are deleted at the end, and four rows or so of
 * its update vector stay. What could make it doubt its own history (a row of its own server that is not its own) is never said.
 */
export const runConformance = async (options: ConformanceOptions): Promise<ConformanceReport> => {
  const { only, signal, onResult } = options;
  const trial = new Trial(options);
  const results: RequirementResult[] = [];
  for (const requirement of requirements.filter(({ id }) => isWanted(id, only))) {
    const { id, role, sentence, section } = requirement;
    const result = { id, role, sentence, section, ...(await verdictOn(requirement, trial, signal)) };
    results.push(result);
    onResult?.(result);
  }
  return { results, cleanUp: await cleanUp(trial), isReached: results.some(({ outcome }) => outcome !== "not tested") };
};

const isWanted = (id: string, only: readonly string[] | undefined): boolean =>
  only === undefined || only.some((wanted) => id === wanted || id.startsWith(`${wanted}.`));

const verdictOn = async ({ run }: Requirement, trial: Trial, signal: AbortSignal | undefined): Promise<Verdict> => {
  if (signal?.aborted) return { outcome: "not tested", reason: "interrupted" };
  try {
    await run(trial);
    return { outcome: "ok" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: error instanceof NotTested ? "not tested" : "failed", reason };
  }
};
