import type { Remedy } from "./issue-log.js";
import { recognisePastedLine } from "./pasted-line.js";
import { quote } from "./quote.js";
import type { Span } from "./span.js";
import type { SyntaxFault } from "./syntax-fault.js";
import { lineEnd, type ShapeFault, scanKey, skipBlanks } from "./toml-shape.js";
import type { TomlStatement } from "./toml-statement.js";
/** What the parser says of a text: an offset into it, and its own words (long, and for people who know grammars). */
export interface ParserComplaint {
  readonly offset: number;
  readonly message: string;
  /** The grammar did not fit; otherwise a rule beyond the grammar was broken (a date that is none, a key set twice). */
  readonly isGrammar: boolean;
}

/** Says in a user's words what the parser refused. `complaint.offset` counts from the beginning of `text`. */
export const describeFault = (text: string, statement: TomlStatement, complaint: ParserComplaint): SyntaxFault => {
  const pasted = recognisePastedLine(text.slice(statement.span.start, statement.span.end), statement.span.start);
  if (statement.kind !== "comment" && pasted !== undefined) return pasted;
  if (!complaint.isGrammar) return beyondGrammar(text, complaint);
  if (statement.kind === "assignment") return bareWord(text, statement) ?? unexpected(text, complaint.offset);
  if (statement.kind !== "broken") return unexpected(text, complaint.offset);
  if (statement.isHeader) {
    return syntax(
      { start: statement.span.start, end: lineEnd(text, statement.span.start) },
      "this is not a table header",
      {
        help: 'a header stands alone on its line: [table], or [table."name in quotes"]',
      },
    );
  }
  if (statement.fault !== undefined) return describeShapeFault(text, statement.span, statement.fault, complaint);
  return missingEquals(text, statement.span) ?? unexpected(text, complaint.offset);
};

const syntax = (span: Span, message: string, remedy: Remedy = {}): SyntaxFault => ({
  span,
  code: "toml_syntax",
  message,
  remedy,
});

/** The parser's own words, for what it says well: "Invalid date: month 13 out of range." */
const beyondGrammar = (text: string, complaint: ParserComplaint): SyntaxFault => {
  const key = scanKey(text, complaint.offset);
  if (/^Cannot (redefine|extend|use dotted keys)/.test(complaint.message) && key.ok) {
    const name = key.value.map(({ name }) => name).join(".");
    const span = { start: complaint.offset, end: key.end };
    return { span, code: "duplicate_key", message: `key ${quote(name)} is set twice`, remedy: {} };
  }
  const message = `${complaint.message.charAt(0).toLowerCase()}${complaint.message.slice(1).replace(/\.$/, "")}`;
  return syntax(restOfLine(text, complaint.offset), message);
};

const bareWord = (
  text: string,
  statement: TomlStatement & { readonly kind: "assignment" },
): SyntaxFault | undefined => {
  const { span, items, entries } = statement.value;
  const word = text.slice(span.start, span.end);
  if (items.length > 0 || entries.length > 0 || /^["'[{]/.test(word)) return undefined;
  const boolean = booleanMeant(word);
  const suggestion = boolean ?? JSON.stringify(word.replace(/^[“”‘’„«]+|[“”‘’»]+$/g, ""));
  const help = boolean === undefined ? `text stands in straight quotes: ${suggestion}` : `write ${suggestion}`;
  return syntax(span, `${quote(word)} is not a TOML value`, { suggestion, help });
};

const booleanMeant = (word: string): string | undefined => {
  if (/^(true|yes|on)$/i.test(word)) return "true";
  return /^(false|no|off)$/i.test(word) ? "false" : undefined;
};

const describeShapeFault = (text: string, span: Span, fault: ShapeFault, complaint: ParserComplaint): SyntaxFault => {
  switch (fault.what) {
    case "key":
      return unexpected(text, fault.at, "a key");
    case "value":
      if (fault.at < lineEnd(text, fault.at) && !/[\r#]/.test(text[fault.at] ?? ""))
        return unexpected(text, complaint.offset);
      return syntax({ start: span.start, end: trimEnd(text, span.start, fault.at) }, "this key has no value");
    case "string":
      return syntax(restOfLine(text, fault.at), "this string is not closed", {
        help: 'close it with the same quotes on the same line; text of several lines stands between """ and """',
      });
    default: {
      const close = fault.what === "array" ? "]" : "}";
      if (complaint.offset < span.end) {
        const expected = complaint.offset === fault.end ? `"," or "${close}"` : undefined;
        return unexpected(text, complaint.offset, expected);
      }
      return syntax(restOfLine(text, fault.at), `this ${fault.what} is not closed`, {
        help: `close it with "${close}"`,
      });
    }
  }
};

const missingEquals = (text: string, span: Span): SyntaxFault | undefined => {
  const key = scanKey(text, span.start);
  if (!key.ok || text[skipBlanks(text, key.end)] === "=") return undefined;
  const name = text.slice(span.start, key.end);
  return syntax(restOfLine(text, span.start), `expected "=" after ${quote(name)}`, {
    help: "a setting is written key = value",
  });
};

const unexpected = (text: string, offset: number, expected?: string): SyntaxFault => {
  const found = text.slice(offset, offset + 1);
  const atEnd = found === "" || found === "\n" || found === "\r";
  const what = atEnd ? "end of line" : quote(String.fromCodePoint(text.codePointAt(offset) ?? 0));
  const message = expected === undefined ? `unexpected ${what}` : `expected ${expected}, found ${what}`;
  return syntax(atEnd ? { start: offset, end: offset } : restOfLine(text, offset), message);
};

const restOfLine = (text: string, start: number): Span => ({ start, end: trimEnd(text, start, lineEnd(text, start)) });

const trimEnd = (text: string, start: number, end: number): number => start + text.slice(start, end).trimEnd().length;
