import type { Finding } from "../doctor/finding.js";
import { printable } from "../terminal/printable.js";
import type { Style } from "../terminal/terminal.js";

/** Findings as people read them, each with what to do. Pure. */
export const findingLines = (verdict: string, findings: readonly Finding[], style: Style): string[] => {
  if (findings.length === 0) return [style.good("Nothing is wrong."), style.dim(printable(verdict))];
  const head = findings.length === 1 ? "1 finding:" : `${findings.length} findings:`;
  return [style.bad(head), ...findings.flatMap((finding) => ["", ...linesOf(finding, style)])];
};

const linesOf = ({ code, origin, message, meaning, remedy, command }: Finding, style: Style): string[] => [
  style.bold(`${code}  ${printable(origin)}`),
  `  ${printable(message)}`,
  `  ${meaning}`,
  ...(remedy === undefined ? [] : [`  → ${printable(remedy)}`]),
  ...(command === undefined ? [] : [`  $ ${printable(command)}`]),
];
