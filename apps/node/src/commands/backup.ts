import type { BackupSummary } from "@concordat/replica";
import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { writeWholeFile } from "../keep/whole-file.js";
import { interruptible } from "../terminal/interruptible.js";
import { reportProgress } from "../terminal/progress.js";
import { formatBytes, formatEntries } from "../terminal/quantity.js";
import type { Terminal } from "../terminal/terminal.js";
import { type CommandContext, defineCommand } from "./command-context.js";
import { withDaemonOrReplica } from "./daemon-or-replica.js";

interface BackupCommandOptions {
  readonly force?: boolean;
}

/** `concordat backup` */
export const addBackup = (program: Command): void => {
  const command = program
    .command("backup")
    .description("write a consistent backup of this moment, while the node takes writes, or while it is stopped")
    .argument("<file>", "where to; - writes to stdout")
    .option("--force", "replace the file if it is there");
  const example = "concordat backup /var/backups/node-a.concordat";
  defineCommand<BackupCommandOptions>(command, example, async (context, { force = false }, file = "-") => {
    const { terminal } = context;
    const summary = await interruptible((signal) => {
      const write = (append: Append) => backUp(context, append, signal);
      return file === "-" ? write((bytes) => terminal.write(bytes)) : writeWholeFile(file, { force }, write);
    });
    if (file !== "-" && terminal.json) await terminal.print(JSON.stringify({ file, ...summary }));
    else if (!terminal.json) terminal.say(sentence(file, summary));
    return EXIT_CODE.ok;
  });
};

type Append = (bytes: Uint8Array) => Promise<void>;

const sentence = (file: string, { totals, bytes, sha256 }: BackupSummary): string => {
  const what = `${formatEntries(totals.liveEntries)} (${formatBytes(bytes)})`;
  return `backed up ${what}${file === "-" ? "" : ` to ${file}`}, digest ${sha256}`;
};

/** Appends the backup as it comes, and checks it on its way: what was cut off is no backup. */
const backUp = async (context: CommandContext, append: Append, signal: AbortSignal): Promise<BackupSummary> => {
  try {
    return await withDaemonOrReplica(
      context,
      (daemon) => checked(context.terminal, appended(daemon.bytes({ ...REQUEST, signal }), append)),
      (replica) => checked(context.terminal, appended(replica.backup({ signal }), append)),
    );
  } catch (error) {
    if (signal.aborted) throw new CommandError("cancelled: no backup was made", { code: "cancelled" });
    throw error;
  }
};

const REQUEST = { method: "GET", path: "/v1/admin/backup" } as const;

async function* appended(backup: AsyncIterable<Uint8Array>, append: Append): AsyncGenerator<Uint8Array> {
  for await (const bytes of backup) {
    await append(bytes);
    yield bytes;
  }
}

const checked = async (terminal: Terminal, backup: AsyncIterable<Uint8Array>): Promise<BackupSummary> => {
  const { checkBackup } = await import("@concordat/replica");
  const progress = reportProgress(terminal, "backing up");
  try {
    return await checkBackup(backup, { onProgress: (latest) => progress.update({ ...latest, bytesTotal: undefined }) });
  } finally {
    progress.finish();
  }
};
