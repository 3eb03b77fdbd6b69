import { writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { Argument, Command, Option } from "commander";
import { checkAgainstBaseline, takeBaseline } from "./check/check.js";
import { MICRO_NAMES, runMicro } from "./micro/run-micro.js";
import { besideOurs } from "./report/beside-ours.js";
import type { Measurement } from "./report/measurement.js";
import { tableHead, tableOf, tableRow } from "./report/table.js";
import { runWorkload } from "./run-workload.js";
import { storagesBesideOneAnother } from "./storage/beside-lmdb.js";
import { PEERS } from "./workload/peers.js";
import type { Workload } from "./workload/workload.js";
import { WORKLOADS } from "./workload/workloads.js";

interface Options {
  readonly quick: boolean;
  readonly peers: boolean;
  readonly only: readonly string[] | undefined;
  readonly json: string | undefined;
}

const run = async ({ quick, peers, only, json }: Options): Promise<void> => {
  let figures: readonly Measurement[] = [];
  process.stdout.write(`${tableHead()}\n`);
  for (const workload of chosen(only, peers)) {
    const started = performance.now();
    const measured = await runWorkload(workload, quick ? "quick" : "full");
    process.stderr.write(
      `${workload.id}  ${workload.title}  ${((performance.now() - started) / 1_000).toFixed(1)} s\n`,
    );
    const before = figures.length;
    figures = besideOurs([...figures, ...measured]);
    for (const figure of figures.slice(before)) process.stdout.write(`${tableRow(figure)}\n`);
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(figures, undefined, 2)}\n`);
};

/** By number, and the peers right after ours: a machine that is busy for a while is so for both. */
const chosen = (only: readonly string[] | undefined, peers: boolean): readonly Workload[] =>
  [...WORKLOADS, ...(peers ? PEERS : [])]
    .filter(({ id }) => only === undefined || only.includes(id))
    .sort((left, right) => numberOf(left) - numberOf(right));

const numberOf = ({ id }: Workload): number => Number(id.slice(1));

const ids = [...new Set(WORKLOADS.map(({ id }) => id))];

const bench = new Command("bench").description("Measures replication here.");

bench
  .command("run", { isDefault: true })
  .description("ours, the peers and the limits of the machine, in one run on the same data")
  .option("--quick", "smaller sizes", false)
  .option("--peers", "the peers as well: PouchDB, Yjs, Loro, Automerge", true)
  .option("--no-peers", "ours and the limits alone")
  .addOption(new Option("--only <id...>", "these workloads alone").choices(ids))
  .option("--json <file>", "writes the figures to a file as well")
  .action(run);

bench
  .command("micro")
  .description("the hot functions of the libraries, one by one, in this process")
  .addArgument(new Argument("[name...]", "these alone").choices(MICRO_NAMES))
  .action((names: readonly string[]) => {
    process.stdout.write(`${runMicro(names)}\n`);
  });

bench
  .command("storages")
  .description("LMDB and PostgreSQL below the same replica; starts a server of its own")
  .action(async () => {
    process.stdout.write(`${await storagesBesideOneAnother()}\n`);
  });

bench
  .command("check")
  .description("fails when W1, W2, W5 or W6 has lost more than a third of its ratio to the limit since the baseline")
  .option("--rebase", "takes the ratios of this build as the baseline", false)
  .action(async ({ rebase }: { readonly rebase: boolean }) => {
    const { measurements, regressed } = rebase
      ? { measurements: await takeBaseline(), regressed: [] }
      : await checkAgainstBaseline();
    process.stdout.write(`${tableOf(measurements)}\n`);
    for (const { workload, what } of regressed)
      process.stderr.write(`${workload} has lost more than a third of its ratio to the limit: ${what}\n`);
    if (regressed.length > 0) process.exitCode = 1;
  });

await bench.parseAsync();
