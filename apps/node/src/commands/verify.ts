import type { VerifyProgress, VerifyReport } from "@concordat/replica";
import type { Command } from "commander";
import { NDJSON, type VerifyLine } from "../admin/verify-response.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { interruptible } from "../terminal/interruptible.js";
import { reportProgress } from "../terminal/progress.js";
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

const verified = (context: CommandContext): Promise<VerifyReport> => {
  const progress = reportProgress(context.terminal, "verifying");
  const onProgress = (latest: VerifyProgress): void =>
    progress.update({ ...latest, bytes: undefined, bytesTotal: undefined });
  return interruptible((signal) =>
    withDaemonOrReplica(
      context,
      (daemon) => askDaemon(daemon, onProgress, signal),
      (replica) => replica.verify({ onProgress, signal }),
    ).catch((error: unknown) => {
      throw signal.aborted ? new CommandError("cancelled", { code: "cancelled" }) : error;
    }),
  ).finally(() => progress.finish());
};

const askDaemon = async (
  daemon: DaemonClient,
  onProgress: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<VerifyReport> => {
  const request = { method: "POST", path: "/v1/admin/verify", headers: { accept: NDJSON }, signal } as const;
  for await (const line of daemon.lines<VerifyLine>(request)) {
    if (line.kind === "progress") onProgress(line);
    else if (line.kind === "failed") throw new CommandError(line.message, { relayedCode: line.code });
    else {
      const { kind: _, ...report } = line;
      return report;
    }
  }
  throw new CommandError("the daemon ended the verification without a report", {
    remedy: "its log says what happened",
  });
};
