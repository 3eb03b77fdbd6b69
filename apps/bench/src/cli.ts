import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import type { Measurement } from "./report/measurement.js";
import { tableOf } from "./report/table.js";
import { runWorkload } from "./run-workload.js";
import type { Workload } from "./workload/workload.js";
import { WORKLOADS } from "./workload/workloads.js";

interface Options {
  readonly quick: boolean;
  readonly only: readonly string[] | undefined;
  readonly json: string | undefined;
}

const run = async ({ quick, only, json }: Options): Promise<void> => {
  const measurements: Measurement[] = [];
  for (const workload of chosen(only)) {
    process.stderr.write(`${workload.id}  ${workload.title}\n`);
    measurements.push(...(await runWorkload(workload, quick ? "quick" : "full")));
  }
  process.stdout.write(`${tableOf(measurements)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(measurements, undefined, 2)}\n`);
};

const chosen = (only: readonly string[] | undefined): readonly Workload[] =>
  only === undefined ? WORKLOADS : WORKLOADS.filter(({ id }) => only.includes(id));

const ids = WORKLOADS.map(({ id }) => id);

await new Command("bench")
  .description("Measures replication here: ours, the peers and the limits of the machine, in one run on the same data.")
  .option("--quick", "smaller sizes, in under two minutes", false)
  .addOption(new Option("--only <id...>", "these workloads alone").choices(ids))
  .option("--json <file>", "writes the figures to a file as well")
  .action(run)
  .parseAsync();
