import type { Command } from "commander";
import type { NodeStatus } from "../admin/node-status.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { EXIT_CODE } from "../exit-code.js";
import { expectFile, fileSource, type ImportSource, stdinSource } from "../import/import-source.js";
import type { ImportBatch } from "../import/importer.js";
import { type ImportProgress, runImport } from "../import/run-import.js";
import { interruptible } from "../terminal/interruptible.js";
import { reportProgress } from "../terminal/progress.js";
import { formatCount, formatEntries } from "../terminal/quantity.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";

interface ImportCommandOptions {
  readonly restart?: boolean;
}

/** `concordat import` */
export const addImport = (program: Command): void => {
  const command = program
    .command("import")
    .description(
      'write entries in bulk: one a line, {"uuid": "…" (optional), "attributes": {…}}; run again after it was cut, it goes on where it stopped',
    )
    .argument("<file>", "NDJSON; - reads stdin")
    .option("--restart", "begin with the first line, whatever was imported of the file before");
  const example = "concordat import entries.ndjson";
  defineCommand<ImportCommandOptions>(
    command,
    example,
    async ({ terminal, withDaemon }, { restart = false }, file = "-") => {
      if (file !== "-") await expectFile(file);
      const startedAtMs = performance.now();
      const { entries, withUnread } = await withDaemon(async (daemon) => {
        const source = file === "-" ? stdinSource() : await openFile(terminal, daemon, file, restart);
        const progress = reportProgress(terminal, "importing");
        const onProgress = ({ entries, bytes }: ImportProgress): void =>
          progress.update({ entries, entriesTotal: undefined, bytes, bytesTotal: source.bytes });
        return interruptible((signal) =>
          runImport({ source, send: (batch) => send(daemon, batch), onProgress, signal }),
        ).finally(() => progress.finish());
      });
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
      if (terminal.json) await terminal.print(JSON.stringify({ imported: entries }));
      else terminal.say(`imported ${formatEntries(entries)} in ${seconds} s`);
      if (withUnread > 0) terminal.say(unreadWarning(withUnread));
      return EXIT_CODE.ok;
    },
  );
};

const unreadWarning = (count: number): string =>
  `concordat: ${formatEntries(count)} had attributes of merge kinds that are not known here ("unread"): these were not imported, and stay where an entry has them already`;

const openFile = async (
  terminal: Terminal,
  daemon: DaemonClient,
  file: string,
  restart: boolean,
): Promise<ImportSource> => {
  const { domainUuid } = await daemon.json<NodeStatus>({ method: "GET", path: "/v1/status" });
  const warn = (message: string): void => terminal.say(`concordat: ${message}`);
  const source = await fileSource(file, { domainUuid, restart, warn });
  if (source.journal && source.journal.line > 0)
    terminal.say(
      `going on behind line ${formatCount(source.journal.line)}, where an earlier import of ${file} stopped`,
    );
  return source;
};

const send = ({ json }: DaemonClient, { operations }: ImportBatch): Promise<void> =>
  json<void>({ method: "POST", path: "/v1/transactions", body: `{"operations":[${operations.join(",")}]}` });
