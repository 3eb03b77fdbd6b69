import { parse } from "toml";
import { describeFault, type ParserComplaint } from "./describe-fault.js";
import { indexStatements, type PositionIndex } from "./position-index.js";
import { quote } from "./quote.js";
import type { SettingPath, Span } from "./span.js";
import type { SyntaxFault } from "./syntax-fault.js";
import type { KeyName } from "./toml-shape.js";
import { scanStatements, type TomlStatement } from "./toml-statement.js";

/** A TOML text, as far as it is TOML. */
export interface TomlDocument {
  /** The top-level table, of the statements that are sound. */
  readonly root: Readonly<Record<string, unknown>>;
  readonly positions: PositionIndex;
  readonly faults: readonly SyntaxFault[];
  /** Settings that a broken statement tried to write: what is missing for that reason is not reported as missing. */
  readonly attempted: readonly SettingPath[];
}

/** After so many duplicates the text is no configuration: each costs another reading of the whole. */
const duplicatesMax = 100;

/**
 * Reads what can be read: a broken statement is reported and left out, a header that is broken or written twice with
 * everything below it, up to the next header. Never throws.
 */
export const readToml = (text: string): TomlDocument => {
  const statements = scanStatements(text);
  const whole = tryParse(text);
  return whole.ok
    ? { root: whole.root, positions: indexStatements(statements), faults: [], attempted: [] }
    : repair(text, statements);
};

const repair = (text: string, statements: readonly TomlStatement[]): TomlDocument => {
  const { sound, faults, attempted } = keepSound(text, statements);
  let kept: readonly TomlStatement[] = sound;
  for (let round = 0; round < duplicatesMax; round += 1) {
    const result = tryParse(onlyStatements(text, kept));
    if (result.ok) return { root: result.root, positions: indexStatements(kept), faults, attempted };
    const culprit = kept.findIndex(
      ({ span }) => span.start <= result.complaint.offset && result.complaint.offset <= span.end,
    );
    const statement = kept[culprit];
    if (statement === undefined) break;
    faults.push(describeRedefinition(text, kept, statement));
    kept = without(kept, culprit);
  }
  return { root: {}, positions: indexStatements(kept), faults, attempted: [[]] };
};

type Parsed =
  | { readonly ok: true; readonly root: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly complaint: ParserComplaint };

const tryParse = (text: string): Parsed => {
  try {
    return { ok: true, root: parse(text) };
  } catch (error) {
    return { ok: false, complaint: toComplaint(text, error) };
  }
};

/** The grammar's errors carry `location`, the compiler's `line` and `column`. */
const toComplaint = (text: string, error: unknown): ParserComplaint => {
  const { message, location, line, column } = error as {
    readonly message: string;
    readonly location?: { readonly start: { readonly offset: number } };
    readonly line?: number;
    readonly column?: number;
  };
  if (location !== undefined) return { offset: location.start.offset, message, isGrammar: true };
  const lines = text.split("\n", (line ?? 1) - 1);
  const lineStart = lines.reduce((offset, { length }) => offset + length + 1, 0);
  return { offset: lineStart + (column ?? 1) - 1, message, isGrammar: false };
};

const keepSound = (text: string, statements: readonly TomlStatement[]) => {
  const sound: TomlStatement[] = [];
  const faults: SyntaxFault[] = [];
  const attempted: SettingPath[] = [];
  let section: readonly string[] | undefined = [];
  for (const statement of statements) {
    const result = tryParse(text.slice(statement.span.start, statement.span.end + 1));
    const isHeader = statement.kind === "header" || (statement.kind === "broken" && statement.isHeader);
    const names = statement.kind === "comment" ? [] : namesOf(statement.key);
    if (isHeader) section = result.ok ? names : undefined;
    if (result.ok) {
      if (section !== undefined) sound.push(statement);
      continue;
    }
    const complaint = { ...result.complaint, offset: statement.span.start + result.complaint.offset };
    faults.push(describeFault(text, statement, complaint));
    if (names.length > 0) attempted.push(isHeader ? names : [...(section ?? []), ...names]);
  }
  return { sound, faults, attempted };
};

const namesOf = (key: readonly KeyName[]): readonly string[] => key.map(({ name }) => name);

/** The text with everything but these statements blanked: offsets and lines stay. */
const onlyStatements = (text: string, statements: readonly TomlStatement[]): string => {
  const pieces: string[] = [];
  let at = 0;
  for (const { span } of statements) {
    pieces.push(text.slice(at, span.start).replace(/[^\n]/g, " "), text.slice(span.start, span.end));
    at = span.end;
  }
  pieces.push(text.slice(at).replace(/[^\n]/g, " "));
  return pieces.join("");
};

/** What is sound alone and refused among the others is written twice, or writes into what is closed. */
const describeRedefinition = (text: string, kept: readonly TomlStatement[], statement: TomlStatement): SyntaxFault => {
  const earlier = indexStatements(kept.slice(0, kept.indexOf(statement)));
  const key = statement.kind === "comment" ? [] : statement.key;
  const path = [...(statement.kind === "header" ? [] : sectionOf(kept, statement)), ...namesOf(key)];
  const depth = path.findIndex((_, index) => earlier.find(path.slice(0, index + 1)) === undefined);
  const known = depth < 0 ? path : path.slice(0, depth);
  const firstLine = text.slice(0, earlier.nearest(known).key.start).split("\n").length;
  const span: Span = {
    start: key[0]?.span.start ?? statement.span.start,
    end: key.at(-1)?.span.end ?? statement.span.end,
  };
  const what = statement.kind === "header" ? "table" : "key";
  const message =
    depth < 0
      ? `${what} ${quote(known.join("."))} is already written on line ${firstLine}`
      : `${quote(known.join("."))}, written on line ${firstLine}, cannot be extended here`;
  return { span, code: "duplicate_key", message, remedy: {} };
};

const sectionOf = (kept: readonly TomlStatement[], statement: TomlStatement): readonly string[] => {
  const header = kept.slice(0, kept.indexOf(statement)).findLast((earlier) => earlier.kind === "header");
  return header === undefined ? [] : namesOf(header.key);
};

/** A header takes its section with it: its keys would otherwise fall to the section before. */
const without = (statements: readonly TomlStatement[], index: number): readonly TomlStatement[] => {
  const next = statements.findIndex(({ kind }, at) => at > index && kind === "header");
  const removedEnd = statements[index]?.kind !== "header" ? index + 1 : next < 0 ? statements.length : next;
  return [...statements.slice(0, index), ...statements.slice(removedEnd)];
};
