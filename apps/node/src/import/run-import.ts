import { CommandError } from "../command-error.js";
import { formatCount, formatEntries } from "../terminal/quantity.js";
import { type BadLine, importFailure } from "./import-failure.js";
import { parseImportLine } from "./import-line.js";
import type { ImportSource } from "./import-source.js";
import { type ImportBatch, Importer } from "./importer.js";
import { lineUuid } from "./line-uuid.js";
import { textLines } from "./text-lines.js";

export interface ImportProgress {
  /** Acknowledged, of this run. */
  readonly entries: number;
  /** Of the file, read so far. */
  readonly bytes: number;
}

export interface ImportRun {
  readonly source: ImportSource;
  readonly send: (batch: ImportBatch) => Promise<void>;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Aborts: what is on its way is waited for, and nothing more is sent. */
  readonly signal: AbortSignal;
}

/** What was imported of a source to its end. */
export interface Imported {
  readonly entries: number;
  /** Those of them that had more to them than could be written. */
  readonly withUnread: number;
}

const REMEMBER_INTERVAL_MS = 500;

/**
 * Imports a source from where it stopped. Stops at the first bad line, or when it is interrupted, once everything before is answered,
 * and remembers the place. Throws a `CommandError`.
 */
export const runImport = async ({ source, send, onProgress, signal }: ImportRun): Promise<Imported> => {
  const { journal, hash } = source;
  const start = { line: journal?.line ?? 0, bytes: journal?.bytes ?? 0 };
  let reached = start;
  const importer = new Importer(send, () => ({ ...reached, sha256: hash.copy().digest("hex") }));
  let badLine: BadLine | undefined;
  let withUnread = 0;
  let rememberedAtMs = performance.now();
  for await (const { number, text, bytes, bytesRead } of textLines(source.chunks())) {
    if (importer.failures.length > 0 || signal.aborted) break;
    const line = start.line + number;
    const parsed = parseImportLine(text, journal && lineUuid(journal.importUuid, line));
    if (parsed.kind === "bad") {
      badLine = { line, message: parsed.message };
      break;
    }
    hash.update(bytes).update("\n");
    reached = { line, bytes: start.bytes + bytesRead };
    if (parsed.kind === "operation") {
      if (parsed.hasUnread) withUnread += 1;
      await importer.add(line, parsed.json);
    }
    onProgress({ entries: importer.imported, bytes: reached.bytes });
    if (performance.now() - rememberedAtMs < REMEMBER_INTERVAL_MS) continue;
    rememberedAtMs = performance.now();
    await source.remember(importer.acknowledged);
  }
  await importer.finish();
  onProgress({ entries: importer.imported, bytes: reached.bytes });
  const { imported, failures, lastLineSent, acknowledged } = importer;
  const isStopped = badLine !== undefined || failures.length > 0;
  if (!isStopped && !signal.aborted) {
    await source.forget();
    return { entries: imported, withUnread };
  }
  await source.remember(acknowledged);
  const nextLine = journal && acknowledged.line + 1;
  if (!isStopped) throw interrupted(imported, nextLine, lastLineSent);
  throw importFailure({ file: source.name, imported, failures, lastLineSent, badLine, nextLine });
};

const interrupted = (imported: number, nextLine: number | undefined, lastLineSent: number): CommandError =>
  new CommandError(`cancelled: imported ${formatEntries(imported)}`, {
    code: "cancelled",
    remedy:
      nextLine === undefined
        ? `no line after ${formatCount(lastLineSent)} was imported`
        : `run it again: it goes on at line ${formatCount(nextLine)}, and makes nothing twice`,
  });
