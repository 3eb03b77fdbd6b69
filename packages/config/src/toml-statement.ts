import type { Span } from "./span.js";
import {
  type KeyName,
  lineEnd,
  type ShapeFault,
  scanKey,
  scanValue,
  skipBlanks,
  type ValueShape,
} from "./toml-shape.js";

/**
 * One statement of a TOML text: a comment line, a `[header]`, a `key = value` (over as many lines as its value has), or
 * a line that is none of these. `span` begins at its first character that is not blank and ends before its newline.
 */
export type TomlStatement =
  | { readonly kind: "comment"; readonly span: Span }
  | { readonly kind: "header"; readonly span: Span; readonly key: readonly KeyName[]; readonly ofArray: boolean }
  | { readonly kind: "assignment"; readonly span: Span; readonly key: readonly KeyName[]; readonly value: ValueShape }
  | {
      readonly kind: "broken";
      readonly span: Span;
      readonly isHeader: boolean;
      readonly key: readonly KeyName[];
      readonly fault: ShapeFault | undefined;
    };

/** The statements of any text, in order; blank lines belong to none. Never throws. For TOML 1.1, which the parser reads. */
export const scanStatements = (text: string): readonly TomlStatement[] => {
  const statements: TomlStatement[] = [];
  let at = 0;
  while (at < text.length) {
    const start = skipBlanks(text, at);
    if (text[start] === "\n" || text.startsWith("\r\n", start) || start === text.length) {
      at = lineEnd(text, start) + 1;
      continue;
    }
    const statement = scanStatement(text, start);
    statements.push(statement);
    at = statement.span.end + 1;
  }
  return statements;
};

const scanStatement = (text: string, start: number): TomlStatement => {
  if (text[start] === "#") return { kind: "comment", span: { start, end: lineEnd(text, start) } };
  return text[start] === "[" ? scanHeader(text, start) : scanAssignment(text, start);
};

const scanHeader = (text: string, start: number): TomlStatement => {
  const span = { start, end: lineEnd(text, start) };
  const ofArray = text[start + 1] === "[";
  const close = ofArray ? "]]" : "]";
  const key = scanKey(text, start + close.length);
  if (!key.ok) return { kind: "broken", span, isHeader: true, key: [], fault: undefined };
  const end = skipBlanks(text, key.end);
  if (!text.startsWith(close, end) || !isLineRest(text, end + close.length)) {
    return { kind: "broken", span, isHeader: true, key: key.value, fault: undefined };
  }
  return { kind: "header", span, key: key.value, ofArray };
};

const scanAssignment = (text: string, start: number): TomlStatement => {
  const line = { start, end: lineEnd(text, start) };
  const key = scanKey(text, start);
  if (!key.ok) return { kind: "broken", span: line, isHeader: false, key: [], fault: key.fault };
  const equals = skipBlanks(text, key.end);
  if (text[equals] !== "=") return { kind: "broken", span: line, isHeader: false, key: key.value, fault: undefined };
  const value = scanValue(text, skipBlanks(text, equals + 1));
  if (!value.ok) {
    const span = { start, end: resumeAt(text, value.fault) };
    return { kind: "broken", span, isHeader: false, key: key.value, fault: value.fault };
  }
  const span = { start, end: lineEnd(text, value.end) };
  return isLineRest(text, value.end)
    ? { kind: "assignment", span, key: key.value, value: value.value }
    : { kind: "broken", span, isHeader: false, key: key.value, fault: undefined };
};

const isLineRest = (text: string, from: number): boolean => {
  const at = skipBlanks(text, from);
  return at === text.length || text[at] === "#" || text[at] === "\n" || text.startsWith("\r\n", at);
};

/** Where an unclosed value ends for us: before the next line that looks like a statement of its own. */
const resumeAt = (text: string, fault: ShapeFault): number => {
  const firstEnd = lineEnd(text, fault.at);
  if (fault.what === "value") return firstEnd;
  const isMultiLine = fault.what !== "string" || /^("""|''')/.test(text.slice(fault.at, fault.at + 3));
  if (!isMultiLine) return firstEnd;
  const next = /\n(?=[ \t]*(?:\[[^\]\n]*\]{1,2}[ \t]*(?:#[^\n]*)?\r?$|[A-Za-z0-9_."'-]+[ \t]*=))/gm;
  next.lastIndex = firstEnd;
  return next.exec(text)?.index ?? text.length;
};
