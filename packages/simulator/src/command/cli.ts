#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command } from "commander";
import { type CommandOptions, wholeNumber } from "./options.js";
import { replaySeed } from "./replay-seed.js";
import { runSeeds } from "./run-seeds.js";
import { showScale } from "./show-scale.js";

const program = new Command("simulate")
  .description("Runs many replicas on simulated networks, disks and clocks, and tells whether every promise was kept.")
  .option("--seed <number>", "one seed, with its trace", wholeNumber(0, Number.MAX_SAFE_INTEGER))
  .option("--seeds <number>", "how many seeds", wholeNumber(1, 1e9), 100)
  .option("--from <number>", "the first of them", wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
  .option("--minutes <number>", "seed after seed for so long", wholeNumber(1, 1e6))
  .option("--steps <number>", "events of each run before everything is put right", wholeNumber(1, 1e7), 1_000)
  .option("--nodes <number>", "so many nodes, where each seed draws its own otherwise", wholeNumber(2, 2_000))
  .option("--each-fault <number>", "fail where a class of faults took effect less often", wholeNumber(0, 1e9), 0)
  .option("--figures <file>", "write the figures so far to it, as JSON, every half minute")
  .option("--workers <number>", "processes", wholeNumber(1, 256), availableParallelism())
  .option(
    "--scenario <file>",
    "a module that exports `scenario`: options of its own, such as schema, workload and check",
  )
  .option("--scale", "the same few writes in topologies of up to 1,000 nodes, as a table", false)
  .option("--plot <file>", "with --scale: draw rounds and bytes per node as an SVG")
  .option("--no-shrink", "leave a failing schedule as it is")
  .option("--json", "the result as JSON on stdout", false)
  .addHelpText("after", "\nExit codes: 0 every promise was kept · 1 one was not · 2 usage · 130 interrupted")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

const options = program.opts<CommandOptions>();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const scenario = options.scenario === undefined ? {} : { scenario: resolve(options.scenario) };
const asked = { ...options, ...scenario };
const run = (): Promise<number> => {
  if (asked.scale) return showScale(asked);
  return asked.seed === undefined ? runSeeds(asked, stop.signal) : replaySeed(asked, asked.seed, stop.signal);
};

process.exitCode = await run();
