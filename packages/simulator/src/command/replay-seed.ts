import { shrinkSchedule } from "../shrink-schedule.js";
import { type SimulationOutcome, simulate } from "../simulate.js";
import { optionsOf } from "./job.js";
import type { CommandOptions } from "./options.js";

/** Runs one seed, and of a failing one the shortest schedule that still fails. Answers the exit code. */
export const replaySeed = async (options: CommandOptions, seed: number, signal: AbortSignal): Promise<number> => {
  const { steps, nodes, scenario, shrink, json } = options;
  const simulation = await optionsOf({ seed, steps, nodes, scenario });
  const outcome = await simulate(simulation);
  const failed = outcome.kind === "violation" ? outcome : undefined;
  const say = (line: string): boolean => process.stdout.write(`${line}\n`);
  if (failed === undefined || json) {
    say(json ? JSON.stringify(outcome) : `seed ${seed}: every promise was kept; trace ${outcome.traceHash}`);
    return failed ? 1 : 0;
  }
  sayFailure(failed, options, say);
  if (!shrink || signal.aborted) return 1;
  process.stderr.write("looking for the shortest schedule that fails…\n");
  const shortest = await shrinkSchedule(simulation, failed);
  say(
    `\nthe shortest schedule found, ${shortest.actions.length} of ${failed.actions.length} actions: ${shortest.message}`,
  );
  for (const action of shortest.actions) say(`  ${JSON.stringify(action)}`);
  say("\nwhat it leads to:");
  for (const line of shortest.trace) say(`  ${line}`);
  return 1;
};

const sayFailure = (
  { seed, checker, message, plan, trace, traceHash }: Extract<SimulationOutcome, { kind: "violation" }>,
  { steps, nodes, scenario }: CommandOptions,
  say: (line: string) => void,
): void => {
  const faults = Object.entries(plan.faults).filter(([, probability]) => probability > 0);
  say(`seed ${seed}: ${checker} does not hold: ${message}`);
  say(
    `  ${plan.nodes} nodes; faults: ${faults.map(([kind, probability]) => `${kind} ${probability.toFixed(3)}`).join(", ")}`,
  );
  say(`  trace ${traceHash}; the last that happened:`);
  for (const line of trace.slice(-30)) say(`  ${line}`);
  const flags = [
    `--seed ${seed}`,
    ...(steps === 1_000 ? [] : [`--steps ${steps}`]),
    ...(nodes === undefined ? [] : [`--nodes ${nodes}`]),
    ...(scenario === undefined ? [] : [`--scenario ${scenario}`]),
  ];
  say(`replay: npm run simulate -- ${flags.join(" ")}`);
};
