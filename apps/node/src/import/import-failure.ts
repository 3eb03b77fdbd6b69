import { DaemonProblem } from "../client/problem-of.js";
import { CommandError } from "../command-error.js";
import { formatCount, formatEntries } from "../terminal/quantity.js";
import type { FailedBatch } from "./importer.js";

/** A line that could not even be sent. */
export interface BadLine {
  readonly line: number;
  readonly message: string;
}

export interface ImportStop {
  /** As it was named; `-` for stdin. */
  readonly file: string;
  readonly imported: number;
  readonly lastLineSent: number;
  readonly failures: readonly FailedBatch[];
  readonly badLine: BadLine | undefined;
  /** The line that the next import of the file begins with; `undefined` where nothing remembers it. */
  readonly nextLine: number | undefined;
}

/** Why an import stopped: the first line at fault, what is imported, and the command that goes on. Pure. */
export const importFailure = (stop: ImportStop): CommandError => {
  const failures = [...stop.failures].sort((a, b) => a.batch.firstLine - b.batch.firstLine);
  const [first] = failures;
  const cause = first === undefined ? stop.badLine : placeOf(first);
  const where = cause?.line === undefined ? "" : `line ${formatCount(cause.line)} `;
  return new CommandError(`${stop.file}: ${where}${cause?.message ?? "the import stopped"}`, {
    ...(first?.error instanceof CommandError && { exitCode: first.error.exitCode }),
    code: "import_stopped",
    details: [`imported ${formatEntries(stop.imported)}; ${restSentence(failures, stop.lastLineSent)}`],
    remedy: remedyOf(stop, failures),
    cause: first?.error,
  });
};

const remedyOf = ({ lastLineSent, nextLine }: ImportStop, failures: readonly FailedBatch[]): string =>
  nextLine === undefined
    ? `mend it, then import the rest: ${resumeCommand(failures, lastLineSent)}`
    : `mend it, then run it again: it goes on at line ${formatCount(nextLine)}, and makes nothing twice`;

const placeOf = ({ batch, error }: FailedBatch): { readonly line: number | undefined; readonly message: string } => {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DaemonProblem) || error.operation === undefined) return { line: undefined, message };
  return { line: batch.lines[error.operation], message: `was refused: ${message}` };
};

const restSentence = (failures: readonly FailedBatch[], lastLineSent: number): string => {
  const after = `no line after ${formatCount(lastLineSent)} was`;
  if (failures.length === 0) return lastLineSent === 0 ? "nothing was sent" : after;
  const ranges = failures.map(({ batch }) => `${formatCount(batch.firstLine)} to ${formatCount(batch.lastLine)}`);
  const isCertain = failures.every(({ error }) => error instanceof DaemonProblem);
  const verdict = isCertain ? "none of the lines" : "unknown of the lines";
  return `${verdict} ${ranges.join(", ")}, which stand or fall together; ${after}`;
};

/** Exactly what is missing, so that nothing is imported twice. */
const resumeCommand = (failures: readonly FailedBatch[], lastLineSent: number): string => {
  const ranges = failures.map(({ batch }) => `${batch.firstLine},${batch.lastLine}p`);
  return `sed -n '${[...ranges, `${lastLineSent + 1},$p`].join(";")}' FILE | concordat import -`;
};
