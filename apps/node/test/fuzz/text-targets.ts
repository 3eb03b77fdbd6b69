import type { Uuid, Value } from "@concordat/crdt";
import { decodeValue, encodeValue, ProtocolError } from "@concordat/protocol";
import { parseEntityTags } from "../../src/http/entity-tag.js";
import { FilterError } from "../../src/http/filter/filter-error.js";
import { filterPredicate } from "../../src/http/filter/filter-predicate.js";
import { parseFilter } from "../../src/http/filter/parse-filter.js";
import { JsonError } from "../../src/http/json/json-error.js";
import { parseJson } from "../../src/http/json/parse-json.js";
import { InvalidValue, valueFromJson, valueToJson } from "../../src/http/json/value-json.js";
import { decodeListCursor, encodeListCursor } from "../../src/http/list-cursor.js";
import { Problem } from "../../src/http/problem.js";
import { parseImportLine } from "../../src/import/import-line.js";
import { type FuzzTarget, Violation } from "./fuzz-target.js";
import type { Random } from "./random.js";
import { damagedText } from "./text-damage.js";

export const BODIES = [
  '{"attributes":{"title":"hello","tags":["a","b"],"count":3,"on":true,"ratio":0.5,"nested":{"a":[1,{"b":2}]}}}',
  '{"attributes":{"bytes":{"$bytes":"aGk="},"big":{"$integer":"9223372036854775807"},"double":{"$double":"1e+20"}}}',
  '{"attributes":{"odd":{"$object":{"$bytes":1}},"\\u005f_proto__x":"\\ud83d\\ude00","":"empty"}}',
  '{"uuid":"22222222-2222-4222-8222-222222222222","attributes":{"class":["note"]}}',
  '{"operations":[{"op":"create","attributes":{"a":1}},{"op":"delete","uuid":"22222222-2222-4222-8222-222222222222"}]}',
  '{"attributes":{"tags":{"add":["x"],"remove":["y"]},"hits":{"increment":2},"settings":{"set":{"k":1},"remove":["z"]}}}',
];

export const JSON_WORDS = [
  ...['{"', '"}', '":', "[[", "]]", '"attributes":', '"$bytes":', '"$integer":', '"$double":', '"$object":', '"op":'],
  ...['"__proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},', "\\u0000", "\\ud800", "1e308", "-"],
  ...['{"a":', "null", "18446744073709551616", '"a":1,"a":2', "/**/", "'", "00", "1.", ".5", "+1", "tru"],
];

export const FILTERS = [
  'title eq "hello" and not (tags co "a" or count gt 3)',
  "a.b.c pr and (x lt 1.5e3 or y ge -2) and z ne null",
  '"quoted path" sw "x" or "\\u00e9" ew "y"',
];

export const FILTER_WORDS = [
  ...[
    " and ",
    " or ",
    "not ",
    "not (",
    "(",
    ")",
    " pr",
    " eq ",
    " ne ",
    " co ",
    " sw ",
    " ew ",
    " gt ",
    " ge ",
    " lt ",
  ],
  ...['"', "null", "true", "1e999", "9007199254740993", "a.b", "[", "urn:x:y", "$ref", "__proto__", "constructor.name"],
];

const CURSORS = ["AQAAAAAAAAAAAAAAAAAAAAA", encodeListCursor("22222222-2222-4222-8222-222222222222" as Uuid)];
const BASE64_WORDS = ["A", "==", "=", "-", "_", "+", "/", "AQ"];
const TAGS = ['"0123456789abcdef"', 'W/"a", "b"', "*"];
const SAMPLE = { title: "hello", tags: ["a"], count: 4, a: { b: { c: 1 } }, x: 1, y: 2n, z: true };

const damagedOf =
  (texts: readonly string[], words: readonly string[]) =>
  (random: Random): string =>
    damagedText(random.pick(texts), random, words, texts);

/** What is accepted is what any other reader of JSON takes it for. */
const readJson = (text: string): boolean => {
  const json = parseJson(text);
  if (JSON.stringify(json) !== JSON.stringify(JSON.parse(text))) throw new Violation("JSON was read otherwise");
  return true;
};

/** Into a value and back: nothing of it is lost, whatever its members are called. */
const readValue = (text: string): boolean => {
  const value = valueFromJson(parseJson(text), "");
  const encoded = encodeValue(value);
  const again: Value = valueFromJson(valueToJson(decodeValue(encoded)), "");
  if (!Buffer.from(encodeValue(again)).equals(encoded)) throw new Violation("a value comes back as another one");
  return true;
};

const readFilter = (text: string): boolean => {
  const accepts = filterPredicate(parseFilter(text));
  if (typeof accepts(SAMPLE) !== "boolean" || typeof accepts({}) !== "boolean")
    throw new Violation("neither yes nor no");
  return true;
};

const readCursor = (text: string): boolean => {
  if (encodeListCursor(decodeListCursor(text)) !== text) throw new Violation("a cursor was accepted in another form");
  return true;
};

const isJsonRefusal = (error: unknown): boolean => error instanceof JsonError && error.line > 0 && error.column > 0;

/** What the model does not hold is told by whoever encodes it. */
const isValueRefusal = (error: unknown): boolean =>
  isJsonRefusal(error) || error instanceof InvalidValue || (error instanceof ProtocolError && error.blame === "caller");

const isProblem = (error: unknown): boolean => error instanceof Problem && error.status >= 400 && error.status < 500;

export const TEXT_TARGETS: readonly FuzzTarget[] = [
  {
    name: "JSON",
    share: 40,
    input: damagedOf(BODIES, JSON_WORDS),
    read: (input) => readJson(String(input)),
    isRefusal: isJsonRefusal,
  },
  {
    name: "values in JSON",
    share: 20,
    input: damagedOf(BODIES, JSON_WORDS),
    read: (input) => readValue(String(input)),
    isRefusal: isValueRefusal,
  },
  {
    name: "filters",
    share: 40,
    input: damagedOf(FILTERS, FILTER_WORDS),
    read: (input) => readFilter(String(input)),
    isRefusal: (error) => error instanceof FilterError && error.position > 0,
  },
  {
    name: "lines to import",
    share: 10,
    input: damagedOf(BODIES, JSON_WORDS),
    read: (input) => parseImportLine(String(input)).kind === "operation",
    isRefusal: () => false,
  },
  {
    name: "list cursors",
    share: 10,
    input: damagedOf(CURSORS, BASE64_WORDS),
    read: (input) => readCursor(String(input)),
    isRefusal: isProblem,
  },
  {
    name: "entity tags",
    share: 10,
    input: damagedOf(TAGS, ["W/", '"', ",", "*", "\u0080"]),
    read: (input) => Boolean(parseEntityTags(String(input), "If-Match")),
    isRefusal: isProblem,
  },
];
