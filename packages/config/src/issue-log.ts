import { type ConfigIssue, type ConfigIssueCode, issueTextMax } from "./config-issue.js";
import type { PositionIndex } from "./position-index.js";
import { starSecrets } from "./quote.js";
import type { SettingPath, Span } from "./span.js";

/** Where a setting comes from, and which part of it is meant. */
export type Place =
  | { readonly kind: "key" | "value"; readonly path: SettingPath }
  | { readonly kind: "span"; readonly span: Span }
  | { readonly kind: "variable"; readonly name: string; readonly value: string };

/** The remedy that goes with a report. */
export interface Remedy {
  readonly suggestion?: string;
  readonly help?: string;
}

/** Collects issues and gives each its position. */
export interface IssueLog {
  readonly report: (place: Place, code: ConfigIssueCode, message: string, remedy?: Remedy) => void;
  /** The line of a setting, from 1. */
  readonly lineOf: (path: SettingPath) => number;
  /** In the order of the file, those of the environment last. */
  readonly issues: () => readonly ConfigIssue[];
}

export const createIssueLog = (file: string, text: string, positions: PositionIndex): IssueLog => {
  const inFile: { readonly start: number; readonly issue: ConfigIssue }[] = [];
  const inEnvironment: ConfigIssue[] = [];
  const lineStarts = startsOfLines(text);

  const spanOf = (place: Place & { readonly kind: "key" | "value" | "span" }): Span => {
    if (place.kind === "span") return place.span;
    return positions.nearest(place.path)[place.kind];
  };

  return {
    report: (place, code, message, remedy = {}) => {
      if (place.kind === "variable") {
        const source = { file: `$${place.name}`, text: place.value, line: 1, lineStart: 0 };
        inEnvironment.push(toIssue(source, { start: 0, end: place.value.length }, code, message, remedy));
        return;
      }
      const span = spanOf(place);
      const line = lineAt(lineStarts, span.start);
      const source = { file, text, line, lineStart: lineStarts[line - 1] ?? 0 };
      inFile.push({ start: span.start, issue: toIssue(source, span, code, message, remedy) });
    },
    lineOf: (path) => lineAt(lineStarts, positions.nearest(path).key.start),
    issues: () => [...inFile.sort((a, b) => a.start - b.start).map(({ issue }) => issue), ...inEnvironment],
  };
};

interface Source {
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly lineStart: number;
}

const toIssue = (source: Source, span: Span, code: ConfigIssueCode, message: string, remedy: Remedy): ConfigIssue => {
  const [sourceLine = ""] = source.text.slice(source.lineStart).split(/\r?\n/, 1);
  const [offending = ""] = source.text.slice(span.start, span.end).split(/\r?\n/, 1);
  const shown = starSecrets(offending);
  return {
    file: source.file,
    line: source.line,
    column: span.start - source.lineStart + 1,
    code,
    message: starSecrets(message),
    text: shown.length > issueTextMax ? `${shown.slice(0, issueTextMax - 1)}…` : shown,
    ...starRemedy(remedy),
    sourceLine: starSecrets(sourceLine),
  };
};

const starRemedy = ({ suggestion, help }: Remedy): Remedy => ({
  ...(suggestion === undefined ? {} : { suggestion: starSecrets(suggestion) }),
  ...(help === undefined ? {} : { help: starSecrets(help) }),
});

const startsOfLines = (text: string): readonly number[] => {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
};

/** The last line that starts at or before `offset`, from 1. */
const lineAt = (lineStarts: readonly number[], offset: number): number => {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
};
