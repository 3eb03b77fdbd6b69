import type { Json, JsonObject } from "./json.js";
import { JsonError, type JsonErrorCode } from "./json-error.js";

/** Levels of arrays and objects in one text; an entry's values may take 16 of them. */
export const JSON_DEPTH_MAX = 64;

/**
 * Reads a JSON text (RFC 8259) as the I-JSON that it has to be (RFC 7493): integers are exact in a number, names are
 * unique, strings are well-formed Unicode. `JSON.parse` would round, overwrite or accept in silence, and does not say
 * where a text is wrong.
 *
 * @throws JsonError
 */
export const parseJson = (text: string): Json => {
  const reader = new JsonReader(text);
  const json = reader.value(0);
  reader.end();
  return json;
};

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    switch (this.#peek()) {
      case QUOTE:
        return this.#string();
      case OPEN_OBJECT:
        return this.#object(depth + 1);
      case OPEN_ARRAY:
        return this.#array(depth + 1);
      default:
        return this.#scalar();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw this.#malformed("something follows the end of the JSON value");
  }

  #object(depth: number): JsonObject {
    this.#descend(depth);
    const object: Record<string, Json> = {};
    if (this.#peek() === CLOSE_OBJECT) return this.#close(object);
    for (;;) {
      if (this.#peek() !== QUOTE) throw this.#malformed("expected a name in double quotes");
      const start = this.#offset;
      const name = this.#string();
      if (name === "__proto__") throw this.#error("ambiguous_json", '"__proto__" cannot be a name', start);
      if (Object.hasOwn(object, name)) {
        throw this.#error("ambiguous_json", `the name ${JSON.stringify(name)} occurs twice in one object`, start);
      }
      if (this.#peek() !== COLON) throw this.#malformed("expected a colon");
      this.#offset += 1;
      object[name] = this.value(depth);
      const next = this.#peek();
      if (next === CLOSE_OBJECT) return this.#close(object);
      if (next !== COMMA) throw this.#malformed("expected a comma or }");
      this.#offset += 1;
    }
  }

  #array(depth: number): Json[] {
    this.#descend(depth);
    const array: Json[] = [];
    if (this.#peek() === CLOSE_ARRAY) return this.#close(array);
    for (;;) {
      array.push(this.value(depth));
      const next = this.#peek();
      if (next === CLOSE_ARRAY) return this.#close(array);
      if (next !== COMMA) throw this.#malformed("expected a comma or ]");
      this.#offset += 1;
    }
  }

  #string(): string {
    const start = this.#offset;
    let escaped = false;
    for (let index = start + 1; index < this.#text.length; index += 1) {
      const code = this.#text.charCodeAt(index);
      if (code === QUOTE) {
        this.#offset = index + 1;
        return escaped ? this.#unescape(start, index + 1) : this.#text.slice(start + 1, index);
      }
      if (code < 0x20) throw this.#error("malformed_json", "a control character in a string must be escaped", index);
      if (code !== BACKSLASH) continue;
      escaped = true;
      index += 1;
    }
    throw this.#error("malformed_json", "the string does not end", start);
  }

  #unescape(start: number, end: number): string {
    let string: string;
    try {
      string = JSON.parse(this.#text.slice(start, end)) as string;
    } catch {
      throw this.#error("malformed_json", "the string holds an escape that JSON does not know", start);
    }
    // A half of a pair can only come from an escape: the text itself was decoded from valid UTF-8.
    if (!LONE_SURROGATE.test(string)) return string;
    throw this.#error("ambiguous_json", "the string holds one half of a surrogate pair", start);
  }

  #scalar(): Json {
    NUMBER.lastIndex = this.#offset;
    const match = NUMBER.exec(this.#text);
    if (match) return this.#number(match);
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#offset)) continue;
      this.#offset += word.length;
      return value;
    }
    throw this.#malformed("expected a JSON value");
  }

  #number([literal, fraction, exponent]: RegExpExecArray): number {
    const value = Number(literal);
    if (!Number.isFinite(value))
      throw this.#error("ambiguous_json", `${literal} is too large for a number`, this.#offset);
    if (fraction === undefined && exponent === undefined && !Number.isSafeInteger(value)) {
      const remedy = `write {"$integer": "${literal}"}`;
      throw this.#error(
        "unsafe_integer",
        `${literal} is beyond 2^53 - 1 and would be rounded: ${remedy}`,
        this.#offset,
      );
    }
    this.#offset += literal.length;
    return value;
  }

  #descend(depth: number): void {
    if (depth > JSON_DEPTH_MAX) {
      throw this.#error("ambiguous_json", `nested more than ${JSON_DEPTH_MAX} levels deep`, this.#offset);
    }
    this.#offset += 1;
  }

  #close<T>(container: T): T {
    this.#offset += 1;
    return container;
  }

  /** The next character that is not space; NaN at the end. */
  #peek(): number {
    this.#skipSpace();
    return this.#text.charCodeAt(this.#offset);
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#offset);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#offset += 1;
    }
  }

  #malformed(expectation: string): JsonError {
    const atEnd = this.#offset >= this.#text.length;
    return this.#error("malformed_json", atEnd ? `${expectation}, but the text ends here` : expectation, this.#offset);
  }

  #error(code: JsonErrorCode, what: string, offset: number): JsonError {
    const before = this.#text.slice(0, offset);
    const line = before.split("\n").length;
    const column = offset - before.lastIndexOf("\n");
    return new JsonError(code, `${what} (line ${line}, column ${column})`, offset, line, column);
  }
}

const WORDS: readonly (readonly [string, Json])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
