import type { ConfigIssue } from "./config-issue.js";

/** Columns of the source line that are shown; a certificate's line is longer. */
const windowColumns = 100;
const columnsBeforeCaret = 40;

/**
 * An issue for people: `file:line:column: message`, the source line with a caret, and the remedy. Several lines, without
 * a newline at the end; control characters of the source are shown as "�", so that a file cannot drive a terminal.
 */
export const formatIssue = (issue: ConfigIssue): string => {
  const number = String(issue.line);
  const gutter = " ".repeat(number.length);
  const { line, caret } = sourceWindow(issue);
  return [
    `${issue.file}:${number}:${issue.column}: ${issue.message}`,
    `  ${number} | ${line}`.trimEnd(),
    `  ${gutter} | ${caret}`,
    ...(issue.help === undefined ? [] : [`  ${gutter} = ${issue.help}`]),
  ]
    .map(printable)
    .join("\n");
};

const sourceWindow = (issue: ConfigIssue): { line: string; caret: string } => {
  const source = issue.sourceLine.replaceAll("\t", " ");
  const at = issue.column - 1;
  const from =
    source.length <= windowColumns ? 0 : Math.max(0, Math.min(at - columnsBeforeCaret, source.length - windowColumns));
  const shown = source.slice(from, from + windowColumns);
  const before = from > 0 ? "…" : "";
  const after = from + windowColumns < source.length ? "…" : "";
  const pad = codePoints(before) + codePoints(source.slice(from, at));
  const marked = Math.min(codePoints(issue.text), codePoints(shown) - codePoints(source.slice(from, at)));
  return { line: `${before}${shown}${after}`, caret: `${" ".repeat(pad)}${"^".repeat(Math.max(1, marked))}` };
};

const codePoints = (text: string): number => [...text].length;

const printable = (line: string): string => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "�");
