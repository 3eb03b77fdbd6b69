import type { Examination } from "../doctor/examine.js";
import type { Finding } from "../doctor/finding.js";
import { printable } from "../terminal/printable.js";
import type { Style } from "../terminal/terminal.js";

/** What the doctor found, as people read it, each with what to do. Pure. */
export const examinationLines = ({ verdict, findings, notChecked }: Examination, style: Style): string[] => [
  ...headLines(verdict, findings, style),
  ...findings.flatMap((finding) => ["", ...linesOf(finding, style)]),
  ...(notChecked.length === 0 ? [] : ["", ...notChecked.map((what) => style.dim(`Not checked: ${what}.`))]),
];

const headLines = (verdict: string, findings: readonly Finding[], style: Style): string[] => {
  if (findings.length === 0) return [style.good("Nothing is wrong."), style.dim(printable(verdict))];
  const degrading = findings.filter(({ degrades }) => degrades).length;
  const head = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  if (degrading === 0) return [style.good(`${head}, none of which degrades the node:`)];
  return [style.bad(`${head}:`)];
};

const linesOf = ({ code, about, message, meaning, remedy, command, page }: Finding, style: Style): string[] => [
  style.bold(`${code}  ${printable(about)}`),
  ...message.split("\n").map((line) => `  ${printable(line)}`),
  `  ${meaning}`,
  ...(remedy === undefined ? [] : [`  → ${printable(remedy)}`]),
  ...(command === undefined ? [] : [`  $ ${printable(command)}`]),
  style.dim(`  ${page}`),
];
