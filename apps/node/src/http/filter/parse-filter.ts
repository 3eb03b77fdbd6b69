import type { Comparison, Filter, FilterOperand } from "./filter.js";
import { FilterError } from "./filter-error.js";

/** UTF-16 code units of one filter. */
export const FILTER_CHARACTERS_MAX = 8_192;
/** Parentheses within parentheses. */
export const FILTER_DEPTH_MAX = 32;

/**
 * Reads a filter (RFC 7644, section 3.4.2.2), loosest first:
 *
 *     or     = and *("or" and)
 *     and    = term *("and" term)
 *     term   = ["not"] "(" or ")" / path "pr" / path operator operand
 *     path   = attribute name, with dots into maps; in double quotes if it holds anything but letters, digits, _ $ . : -
 *
 * Operators and words are read in any case, names are exact. Operands are JSON.
 *
 * @throws FilterError
 */
export const parseFilter = (text: string): Filter => {
  if (text.length > FILTER_CHARACTERS_MAX) {
    throw new FilterError(`the filter is longer than ${FILTER_CHARACTERS_MAX} characters`, FILTER_CHARACTERS_MAX + 1);
  }
  const parser = new FilterParser(text);
  const filter = parser.disjunction(0);
  parser.end();
  return filter;
};

const SPACE = /\s*/y;
const NAME = /[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$.:-]*/uy;
const WORD = /[A-Za-z]+(?![\p{L}\p{M}\p{N}_$.:-])/uy;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const NEGATION = /not\s*(?=\()/iy;

const COMPARISONS: ReadonlySet<string> = new Set<Comparison>(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
const OPERATORS = `${[...COMPARISONS].join(", ")} or pr`;
const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

class FilterParser {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  disjunction(depth: number): Filter {
    return this.#chain("or", () => this.#chain("and", () => this.#term(depth)));
  }

  end(): void {
    this.#take(SPACE);
    if (this.#offset < this.#text.length) throw this.#error('expected "and", "or" or the end');
  }

  #chain(kind: "and" | "or", next: () => Filter): Filter {
    const first = next();
    const filters = [first];
    while (this.#takeWord(kind)) filters.push(next());
    return filters.length === 1 ? first : { kind, filters };
  }

  #term(depth: number): Filter {
    this.#take(SPACE);
    if (this.#take(NEGATION)) return { kind: "not", filter: this.#group(depth + 1) };
    if (this.#text[this.#offset] === "(") return this.#group(depth + 1);
    return this.#comparison();
  }

  #group(depth: number): Filter {
    if (depth > FILTER_DEPTH_MAX) throw this.#error(`parentheses may be nested ${FILTER_DEPTH_MAX} deep`);
    this.#offset += 1;
    const filter = this.disjunction(depth);
    this.#take(SPACE);
    if (this.#text[this.#offset] !== ")") throw this.#error('expected "and", "or" or ")"');
    this.#offset += 1;
    return filter;
  }

  #comparison(): Filter {
    const path = this.#path();
    this.#take(SPACE);
    const start = this.#offset;
    const operator = this.#take(WORD)?.[0].toLowerCase();
    if (operator === "pr") return { kind: "present", path };
    if (!isComparison(operator)) throw this.#error(`expected an operator: ${OPERATORS}`, start);
    return { kind: "compare", path, operator, operand: this.#operand(operator) };
  }

  #path(): string {
    const start = this.#offset;
    const quoted = this.#take(STRING);
    if (quoted) return this.#unquote(quoted[0], start);
    const name = this.#take(NAME);
    if (name) return name[0];
    throw this.#error('expected an attribute name, "not" or "("');
  }

  #operand(operator: Comparison): FilterOperand {
    this.#take(SPACE);
    const start = this.#offset;
    const operand = this.#json();
    const needsString = operator === "co" || operator === "sw" || operator === "ew";
    if (needsString && typeof operand !== "string") throw this.#error(`${operator} takes a string`, start);
    const needsOrder = operator === "gt" || operator === "ge" || operator === "lt" || operator === "le";
    if (needsOrder && (operand === null || typeof operand === "boolean")) {
      throw this.#error(`${operator} takes a string or a number`, start);
    }
    return operand;
  }

  #json(): FilterOperand {
    const start = this.#offset;
    const quoted = this.#take(STRING);
    if (quoted) return this.#unquote(quoted[0], start);
    const number = this.#take(NUMBER);
    if (number) return this.#number(number, start);
    const word = this.#take(WORD)?.[0] ?? "";
    if (Object.hasOwn(LITERALS, word)) return LITERALS[word] as boolean | null;
    throw this.#error("expected a value: a string in double quotes, a number, true, false or null", start);
  }

  #unquote(literal: string, start: number): string {
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw this.#error("the string is not a JSON string", start);
    }
  }

  #number([literal, fraction, exponent]: RegExpExecArray, start: number): number | bigint {
    const value = Number(literal);
    if (!Number.isFinite(value)) throw this.#error("the number is too large", start);
    const isInteger = fraction === undefined && exponent === undefined;
    return isInteger && !Number.isSafeInteger(value) ? BigInt(literal) : value;
  }

  #takeWord(word: string): boolean {
    const start = this.#offset;
    this.#take(SPACE);
    if (this.#take(WORD)?.[0].toLowerCase() === word) return true;
    this.#offset = start;
    return false;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#offset = pattern.lastIndex;
    return match;
  }

  #error(message: string, offset = this.#offset): FilterError {
    const found = this.#text.slice(offset, offset + 20);
    return new FilterError(`${message}, found ${found === "" ? "the end" : JSON.stringify(found)}`, offset + 1);
  }
}

const isComparison = (word: string | undefined): word is Comparison => word !== undefined && COMPARISONS.has(word);
