import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { filterParameter } from "../http/filter-parameter.js";
import type { StatusJson } from "../http/status-json.js";
import { entryLines } from "../keep/entry-lines.js";
import { interruptible } from "../terminal/interruptible.js";
import { reportProgress } from "../terminal/progress.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";
import { withDaemonOrReplica } from "./daemon-or-replica.js";

interface ExportCommandOptions {
  readonly filter?: string;
}

/** `concordat export` */
export const addExport = (program: Command): void => {
  const command = program
    .command("export")
    .description(
      "print all entries of one moment as NDJSON, sorted by uuid: what import reads; with the node running or stopped",
    )
    .option("--filter <filter>", "only entries that it accepts, as in entry list");
  const example = `concordat export > entries.ndjson\nconcordat export --filter 'class eq "note"' > notes.ndjson`;
  defineCommand<ExportCommandOptions>(command, example, async (context, { filter }) => {
    const parsed = filter === undefined ? undefined : usableFilter(filter);
    await interruptible((signal) =>
      withDaemonOrReplica(
        context,
        async (daemon) => {
          const { totals } = await daemon.json<StatusJson>({ method: "GET", path: "/v1/status" });
          const query = filter === undefined ? "" : `?filter=${encodeURIComponent(filter)}`;
          const lines = daemon.bytes({ method: "GET", path: `/v1/admin/export${query}`, signal });
          return print(context.terminal, lines, filter === undefined ? totals.liveEntries : undefined, signal);
        },
        (replica) => print(context.terminal, entryLines(replica, parsed), replica.status().totals.liveEntries, signal),
      ),
    );
    return EXIT_CODE.ok;
  });
};

const print = async (
  terminal: Terminal,
  chunks: AsyncIterable<Uint8Array>,
  entriesTotal: number | undefined,
  signal: AbortSignal,
): Promise<void> => {
  const progress = reportProgress(terminal, "exporting");
  let [entries, bytes] = [0, 0];
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) break;
      await terminal.write(chunk);
      entries += newlinesIn(chunk);
      bytes += chunk.length;
      progress.update({ entries, entriesTotal, bytes, bytesTotal: undefined });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.finish();
  }
  if (signal.aborted) throw new CommandError("cancelled: what was printed is not all", { code: "cancelled" });
};

const NEWLINE = 0x0a;

const newlinesIn = (chunk: Uint8Array): number => {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
};

const usableFilter = (text: string) => {
  try {
    return filterParameter(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(message, { exitCode: EXIT_CODE.usage, code: "invalid_filter", cause });
  }
};
