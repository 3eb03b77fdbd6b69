import { createReadStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";
import type { BackupProgress, BackupSummary, RestoreOutcome } from "@concordat/replica";
import type { Command } from "commander";
import type { RestoreLine } from "../admin/restore-response.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import { confirm } from "../terminal/confirm.js";
import { interruptible } from "../terminal/interruptible.js";
import { type ProgressReport, reportProgress } from "../terminal/progress.js";
import { formatBytes, formatEntries } from "../terminal/quantity.js";
import type { Terminal } from "../terminal/terminal.js";
import { type CommandContext, defineCommand } from "./command-context.js";
import { isNotRunning } from "./daemon-or-replica.js";

interface RestoreCommandOptions {
  readonly discardLocalChanges?: boolean;
}

type Outcome = Exclude<RestoreLine, { kind: "progress" }>;
type Restored = Extract<RestoreOutcome, { kind: "restored" }>;
type Loss = Extract<RestoreOutcome, { kind: "would-discard" | "unreadable" }>;

/** `concordat restore` */
export const addRestore = (program: Command): void => {
  const command = program
    .command("restore")
    .description(
      "replace this node's content by a backup's, under a new server uuid, while the node serves or while it is stopped; on a terminal it asks first if anything changed since; what it replaces is kept",
    )
    .argument("<file>", "what backup wrote")
    .option("--discard-local-changes", "do not ask, though something changed here since the backup");
  const example = "concordat restore /var/backups/node-a.concordat";
  defineCommand<RestoreCommandOptions>(
    command,
    example,
    async (context, { discardLocalChanges = false }, file = "") => {
      await expectReadable(file);
      return interruptible(async (signal) => {
        const job = { context, file: resolve(file), signal };
        try {
          await checkFile(job);
          // Where nobody can be asked, the file was named: what it replaces is kept, and what only that had is exported.
          return await restoreOrAsk(job, discardLocalChanges || !context.terminal.interactive);
        } catch (error) {
          throw signal.aborted ? CANCELLED : error;
        }
      });
    },
  );
};

interface Job {
  readonly context: CommandContext;
  readonly file: string;
  readonly signal: AbortSignal;
}

const CANCELLED = new CommandError("cancelled: nothing changed", { code: "cancelled" });

const expectReadable = async (file: string): Promise<void> => {
  await access(file, constants.R_OK).catch((cause: unknown) => {
    const reason = codeOf(cause) === "ENOENT" ? "there is no such file" : codeOf(cause);
    throw new CommandError(`cannot read ${file}: ${reason}`, { exitCode: EXIT_CODE.usage, code: "unreadable", cause });
  });
};

const bytesOf = (file: string, signal: AbortSignal): AsyncIterable<Uint8Array> =>
  createReadStream(file, { highWaterMark: 256 * 1024, signal });

/** To its end, before anything is asked of the node. */
const checkFile = async ({ context, file, signal }: Job): Promise<BackupSummary> => {
  const { checkBackup } = await import("@concordat/replica");
  return withProgress(context.terminal, "checking", (onProgress) => checkBackup(bytesOf(file, signal), { onProgress }));
};

const restoreOrAsk = async (job: Job, discardLocalChanges: boolean): Promise<ExitCode> => {
  const { terminal } = job.context;
  const outcome = await runOnce(job, discardLocalChanges);
  if (outcome.kind !== "would-discard" && outcome.kind !== "unreadable") return conclude(terminal, outcome);
  describeLoss(terminal, outcome);
  if (await confirm("Set that aside and restore?")) return restoreOrAsk(job, true);
  terminal.say("nothing was touched");
  return EXIT_CODE.confirmationNeeded;
};

const runOnce = async (job: Job, discardLocalChanges: boolean): Promise<Outcome> => {
  const { terminal, withDaemon } = job.context;
  return withProgress(terminal, "restoring", async (onProgress) => {
    try {
      return await withDaemon((daemon) => askDaemon(daemon, job, discardLocalChanges, onProgress));
    } catch (error) {
      if (!isNotRunning(error)) throw error;
      return restoreStopped(job, discardLocalChanges, onProgress);
    }
  });
};

const askDaemon = async (
  daemon: DaemonClient,
  { file, signal }: Job,
  discardLocalChanges: boolean,
  onProgress: (progress: BackupProgress) => void,
): Promise<Outcome> => {
  const body = { file, discardLocalChanges };
  const request = { method: "POST", path: "/v1/admin/restore", body, signal } as const;
  for await (const line of daemon.lines<RestoreLine>(request)) {
    if (line.kind !== "progress") return line;
    onProgress(line);
  }
  throw new CommandError("the daemon ended the restore without an outcome", { remedy: "its log says what happened" });
};

/** The node is stopped: its storage is opened under the lock that a daemon would hold. */
const restoreStopped = async (
  { context, file, signal }: Job,
  discardLocalChanges: boolean,
  onProgress: (progress: BackupProgress) => void,
): Promise<RestoreOutcome> => {
  const { restoreNode } = await import("../compose/restore-node.js");
  const config = await context.loadConfig();
  const onKept = (path: string, entries: number): void =>
    context.terminal.say(`kept ${formatEntries(entries)} that the backup does not have in ${path}`);
  return restoreNode(config, { backup: bytesOf(file, signal), discardLocalChanges, onProgress, signal, onKept });
};

const withProgress = async <T>(
  terminal: Terminal,
  label: string,
  work: (onProgress: (progress: BackupProgress) => void) => Promise<T>,
): Promise<T> => {
  const report: ProgressReport = reportProgress(terminal, label);
  try {
    return await work((latest) => report.update({ ...latest, bytesTotal: undefined }));
  } finally {
    report.finish();
  }
};

const conclude = async (terminal: Terminal, outcome: Exclude<Outcome, Loss>): Promise<ExitCode> => {
  if (terminal.json) await terminal.print(JSON.stringify(outcome));
  switch (outcome.kind) {
    case "restored":
      if (!terminal.json) terminal.say(restoredSentence(outcome));
      return EXIT_CODE.ok;
    case "refused":
      throw new CommandError(outcome.reason, { code: "refused", remedy: outcome.remedy });
    case "failed":
      throw new CommandError(outcome.message, { relayedCode: outcome.code });
  }
};

const restoredSentence = ({ entries, bytes, createdAtMicros, serverUuid, discarded }: Restored): string => {
  const when = new Date(createdAtMicros / 1_000).toISOString();
  const lost =
    discarded === 0
      ? ""
      : `; ${formatEntries(discarded)} had changed since, and ${discarded === 1 ? "is" : "are"} kept beside it`;
  return `restored ${formatEntries(entries)} (${formatBytes(bytes)}) of ${when}, as server ${serverUuid}${lost}`;
};

const describeLoss = (terminal: Terminal, loss: Loss): void => {
  if (loss.kind === "unreadable") {
    terminal.say(`the present database does not read, so that nobody can say what would be lost: ${loss.reason}`);
    return;
  }
  const { entries, sample } = loss;
  terminal.say(`${formatEntries(entries)} changed here since the backup was made, and a partner may have them or not:`);
  for (const uuid of sample) terminal.say(`  ${uuid}`);
  if (entries > sample.length) terminal.say(`  and ${formatEntries(entries - sample.length)} more`);
};
