import type { VerifyReport } from "@concordat/replica";
import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { formatEntries } from "../terminal/quantity.js";
import { type CommandContext, defineCommand } from "./command-context.js";
import { withDaemonOrReplica } from "./daemon-or-replica.js";

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

const verified = (context: CommandContext): Promise<VerifyReport> =>
  withDaemonOrReplica(
    context,
    (daemon) => daemon.json<VerifyReport>({ method: "POST", path: "/v1/admin/verify" }),
    (replica) => replica.verify(),
  );
