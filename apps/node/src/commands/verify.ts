import type { Config } from "@concordat/config";
import type { VerifyReport } from "@concordat/replica";
import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { formatEntries } from "../terminal/quantity.js";
import { type CommandContext, defineCommand } from "./command-context.js";

/** `concordat verify` */
export const addVerify = (program: Command): void => {
  const command = program
    .command("verify")
    .description("check every invariant of the stored database, with the daemon running or stopped");
  defineCommand(command, "concordat verify -c server.toml", async (context) => {
    const report = await verified(context);
    const { terminal } = context;
    if (terminal.json) await terminal.print(JSON.stringify(report));
    else await terminal.print(verdict(report));
    if (!terminal.json) for (const problem of report.problems) await terminal.print(`  ${problem}`);
    return report.problems.length === 0 ? EXIT_CODE.ok : EXIT_CODE.failed;
  });
};

const verdict = ({ entriesChecked, problems }: VerifyReport): string =>
  problems.length === 0
    ? `sound: checked ${formatEntries(entriesChecked)}`
    : `damaged: ${problems.length} problems in ${formatEntries(entriesChecked)}`;

const verified = async ({ withDaemon, loadConfig }: CommandContext): Promise<VerifyReport> => {
  try {
    return await withDaemon((daemon) => daemon.json({ method: "POST", path: "/v1/admin/verify" }));
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT_CODE.daemonNotRunning) {
      return verifyStopped(await loadConfig());
    }
    throw error;
  }
};

const verifyStopped = async (config: Config): Promise<VerifyReport> => {
  const { openStoppedReplica } = await import("../compose/node-replica.js");
  const replica = await openStoppedReplica(config);
  if (replica === undefined) {
    throw new CommandError(`there is no database in ${config.dbPath} yet`, { code: "no_database" });
  }
  try {
    return await replica.verify();
  } finally {
    await replica.close();
  }
};
