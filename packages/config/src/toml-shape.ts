import type { Span } from "./span.js";

/** One name of a key, decoded, and where it is written (with its quotes). */
export interface KeyName {
  readonly name: string;
  readonly span: Span;
}

/** Where a value stands, and the values inside it; what a value *is*, the parser decides. */
export interface ValueShape {
  readonly span: Span;
  readonly items: readonly ValueShape[];
  readonly entries: readonly EntryShape[];
}

/** `a.b = value` inside an inline table. */
export interface EntryShape {
  readonly key: readonly KeyName[];
  readonly value: ValueShape;
}

/** Something that was opened and never closed, or is not there. */
export interface ShapeFault {
  readonly what: "string" | "array" | "inline table" | "key" | "value";
  /** Where it was opened, or expected. */
  readonly at: number;
  /** Where reading stopped. */
  readonly end: number;
}

export type Scan<T> =
  | { readonly ok: true; readonly value: T; readonly end: number }
  | { readonly ok: false; readonly fault: ShapeFault };

/** The parser's own limit is 500; whatever is deeper is refused by it. */
const depthMax = 512;

const simpleEscapes: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\u001b" };

const fault = (what: ShapeFault["what"], at: number, end: number): Scan<never> => ({
  ok: false,
  fault: { what, at, end },
});

/** Past spaces and tabs. */
export const skipBlanks = (text: string, from: number): number => {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at += 1;
  return at;
};

/** The end of the line that `from` is on: the offset of its newline, or of the end of the text. */
export const lineEnd = (text: string, from: number): number => {
  const newline = text.indexOf("\n", from);
  return newline < 0 ? text.length : newline;
};

/** A bare, quoted or dotted key. */
export const scanKey = (text: string, from: number): Scan<readonly KeyName[]> => {
  const names: KeyName[] = [];
  let at = from;
  for (;;) {
    at = skipBlanks(text, at);
    const scanned = scanKeyName(text, at);
    if (!scanned.ok) return scanned;
    names.push(scanned.value);
    const next = skipBlanks(text, scanned.end);
    if (text[next] !== ".") return { ok: true, value: names, end: scanned.end };
    at = next + 1;
  }
};

/** One value: a string, an array, an inline table, or the bare word of a number, boolean or date. */
export const scanValue = (text: string, from: number, depth = 0): Scan<ValueShape> => {
  const first = text[from];
  if (first === '"' || first === "'") {
    const end = stringEnd(text, from);
    return end === undefined ? fault("string", from, text.length) : leaf(from, end);
  }
  if (depth > depthMax) return fault("value", from, from);
  if (first === "[") return scanArray(text, from, depth);
  if (first === "{") return scanInlineTable(text, from, depth);
  const end = bareEnd(text, from);
  return end === from ? fault("value", from, from) : leaf(from, end);
};

const leaf = (start: number, end: number): Scan<ValueShape> => ({
  ok: true,
  value: { span: { start, end }, items: [], entries: [] },
  end,
});

const scanKeyName = (text: string, at: number): Scan<KeyName> => {
  const quote = text[at];
  if (quote === '"' || quote === "'") {
    const end = singleLineStringEnd(text, at);
    if (end === undefined) return fault("string", at, lineEnd(text, at));
    const inner = text.slice(at + 1, end - 1);
    return { ok: true, value: { name: quote === '"' ? unescapeBasic(inner) : inner, span: { start: at, end } }, end };
  }
  const name = /[A-Za-z0-9_-]+/y;
  name.lastIndex = at;
  const [word] = name.exec(text) ?? [];
  if (word === undefined) return fault("key", at, at);
  return { ok: true, value: { name: word, span: { start: at, end: at + word.length } }, end: at + word.length };
};

const unescapeBasic = (inner: string): string =>
  inner.replace(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (all, hex2, hex4, hex8, other) => {
    const digits: string | undefined = hex2 ?? hex4 ?? hex8;
    if (digits === undefined) return simpleEscapes[other] ?? other;
    const codePoint = Number.parseInt(digits, 16);
    return codePoint > 0x10ffff ? all : String.fromCodePoint(codePoint);
  });

const stringEnd = (text: string, from: number): number | undefined => {
  const quote = text[from] ?? "";
  return text.startsWith(quote.repeat(3), from)
    ? multiLineStringEnd(text, from, quote)
    : singleLineStringEnd(text, from);
};

const singleLineStringEnd = (text: string, from: number): number | undefined => {
  const quote = text[from];
  for (let at = from + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === quote) return at + 1;
    if (quote === '"' && text[at] === "\\" && text[at + 1] !== "\n") at += 1;
  }
  return undefined;
};

const multiLineStringEnd = (text: string, from: number, quote: string): number | undefined => {
  for (let at = from + 3; at < text.length; at += 1) {
    if (quote === '"' && text[at] === "\\") at += 1;
    else if (text.startsWith(quote.repeat(3), at)) return pastExtraQuotes(text, at + 3, quote);
  }
  return undefined;
};

/** One or two quotes may stand directly before the closing three. */
const pastExtraQuotes = (text: string, from: number, quote: string): number => {
  if (text[from] !== quote) return from;
  return text[from + 1] === quote ? from + 2 : from + 1;
};

const bareEnd = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && !/[,\]}#\r\n]/.test(text[at] ?? "")) at += 1;
  while (at > from && (text[at - 1] === " " || text[at - 1] === "\t")) at -= 1;
  return at;
};

/** Past blanks, newlines and comments. */
const skipFiller = (text: string, from: number): number => {
  let at = from;
  for (;;) {
    while (/[ \t\r\n]/.test(text[at] ?? "")) at += 1;
    if (text[at] !== "#") return at;
    at = lineEnd(text, at);
  }
};

const scanArray = (text: string, from: number, depth: number): Scan<ValueShape> => {
  const items: ValueShape[] = [];
  let at = skipFiller(text, from + 1);
  while (text[at] !== "]") {
    const item = scanValue(text, at, depth + 1);
    if (!item.ok) return item.fault.what === "value" ? fault("array", from, item.fault.end) : item;
    items.push(item.value);
    at = skipFiller(text, item.end);
    if (text[at] === ",") at = skipFiller(text, at + 1);
    else if (text[at] !== "]") return fault("array", from, at);
  }
  return { ok: true, value: { span: { start: from, end: at + 1 }, items, entries: [] }, end: at + 1 };
};

const scanInlineTable = (text: string, from: number, depth: number): Scan<ValueShape> => {
  const entries: EntryShape[] = [];
  let at = skipFiller(text, from + 1);
  while (text[at] !== "}") {
    const key = scanKey(text, at);
    if (!key.ok) return fault("inline table", from, key.fault.end);
    const equals = skipBlanks(text, key.end);
    if (text[equals] !== "=") return fault("inline table", from, equals);
    const value = scanValue(text, skipBlanks(text, equals + 1), depth + 1);
    if (!value.ok) return value.fault.what === "value" ? fault("inline table", from, value.fault.end) : value;
    entries.push({ key: key.value, value: value.value });
    at = skipFiller(text, value.end);
    if (text[at] === ",") at = skipFiller(text, at + 1);
    else if (text[at] !== "}") return fault("inline table", from, at);
  }
  return { ok: true, value: { span: { start: from, end: at + 1 }, items: [], entries }, end: at + 1 };
};
