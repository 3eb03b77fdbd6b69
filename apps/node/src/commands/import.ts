import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import { type BadLine, importFailure } from "../import/import-failure.js";
import { parseImportLine } from "../import/import-line.js";
import { type ImportBatch, Importer } from "../import/importer.js";
import { textLines } from "../import/text-lines.js";
import { type ProgressReport, reportProgress } from "../terminal/progress.js";
import { formatEntries } from "../terminal/quantity.js";
import { defineCommand } from "./command-context.js";

/** `concordat import` */
export const addImport = (program: Command): void => {
  const command = program
    .command("import")
    .description('write entries in bulk: one a line, {"uuid": "…" (optional), "attributes": {…}}')
    .argument("<file>", "NDJSON; - reads stdin");
  defineCommand(command, "concordat import entries.ndjson", async ({ terminal, withDaemon }, _, file = "-") => {
    const source = await openSource(file);
    const startedAtMs = performance.now();
    const progress = reportProgress(terminal, "importing");
    const imported = await withDaemon(async (daemon) => {
      const send = ({ operations }: ImportBatch) =>
        daemon.json<void>({
          method: "POST",
          path: "/v1/transactions",
          body: `{"operations":[${operations.join(",")}]}`,
        });
      return importAll(file, source, new Importer(send), progress).finally(() => progress.finish());
    });
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    if (terminal.json) await terminal.print(JSON.stringify({ imported }));
    else terminal.say(`imported ${formatEntries(imported)} in ${seconds} s`);
    return EXIT_CODE.ok;
  });
};

interface Source {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly bytes: number | undefined;
}

/** Stops at the first bad line, once everything before it is answered. */
const importAll = async (
  file: string,
  { chunks, bytes }: Source,
  importer: Importer,
  progress: ProgressReport,
): Promise<number> => {
  let badLine: BadLine | undefined;
  let bytesSoFar = 0;
  const report = (): void =>
    progress.update({ entries: importer.imported, entriesTotal: undefined, bytes: bytesSoFar, bytesTotal: bytes });
  for await (const { number, text, bytesRead } of textLines(chunks)) {
    if (importer.failures.length > 0) break;
    bytesSoFar = bytesRead;
    const line = parseImportLine(text);
    if (line.kind === "empty") continue;
    if (line.kind === "bad") {
      badLine = { line: number, message: line.message };
      break;
    }
    await importer.add(number, line.json);
    report();
  }
  await importer.finish();
  report();
  const { imported, failures, lastLineSent } = importer;
  if (badLine === undefined && failures.length === 0) return imported;
  throw importFailure({ file, imported, failures, lastLineSent, badLine });
};

const openSource = async (file: string): Promise<Source> => {
  if (file === "-") return { chunks: process.stdin, bytes: undefined };
  const found = await stat(file).catch((cause: unknown) => {
    const reason = codeOf(cause) === "ENOENT" ? "there is no such file" : codeOf(cause);
    throw new CommandError(`cannot read ${file}: ${reason}`, { exitCode: EXIT_CODE.usage, code: "unreadable", cause });
  });
  return { chunks: createReadStream(file, { highWaterMark: 256 * 1024 }), bytes: found.size };
};
