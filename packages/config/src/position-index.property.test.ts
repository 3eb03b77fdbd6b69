import fc from "fast-check";
import { parse } from "toml";
import { expect, test } from "vitest";
import { indexPositions, type PositionIndex } from "./position-index.js";
import type { SettingPath, Span } from "./span.js";

const nasty = fc.string({ unit: fc.constantFrom(..."ab .=[]{}#,'\"\\\n\té😀", "🏳️‍🌈"), maxLength: 12 });

const basicString = nasty.map((text) => JSON.stringify(text));
const literalString = nasty.map((text) => `'${text.replace(/['\n]/g, "")}'`);
const multiLineBasic = nasty.map(
  (text) => `"""${text.replaceAll("\\", "\\\\").replaceAll('"""', '""\\"').replace(/"$/, '\\"')}"""`,
);
const multiLineLiteral = nasty.map((text) => `'''${text.replaceAll("'", "")}'''`);
const closingQuotes = fc.constantFrom(
  '"""a"""""',
  '""""a""""',
  "'''a'''''",
  "''''a''''",
  '"""a\\\n  b"""',
  '"""\\""""',
  '""',
  "''",
  '""""""',
  "''''''",
);
const scalar = fc.constantFrom(
  "1",
  "-0.5",
  "0xff",
  "inf",
  "true",
  "1979-05-27",
  "1979-05-27 07:32:00Z",
  "07:32:00",
  "1_000",
);

const bareKey = fc.constantFrom("a", "b", "c", "1", "-", "__proto__", "constructor", "A_b");
const keyName = fc.oneof(
  { weight: 4, arbitrary: bareKey },
  fc.constantFrom('"repl://a:1"', "'repl://b:1'", '"a.b"', '"\\u0061\\U00000062\\x63\\t\\""', "'\"'", '""', '"#]="'),
);
const key = fc
  .array(keyName, { minLength: 1, maxLength: 3 })
  .chain((names) => fc.constantFrom(".", " . ", "\t.").map((dot) => names.join(dot)));

const filler = fc.constantFrom("", " ", "\t", "\n", " # ] } \" '''\n", "\n\n  ");
const surrounded = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(filler, inner, filler).map(([before, text, after]) => `${before}${text}${after}`);

const { value } = fc.letrec<{ value: string; entry: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    basicString,
    literalString,
    multiLineBasic,
    multiLineLiteral,
    closingQuotes,
    fc
      .tuple(fc.array(surrounded(tie("value")), { maxLength: 3 }), fc.constantFrom("", ","))
      .map(([items, comma]) => `[${items.join(",")}${items.length > 0 ? comma : "\n"}]`),
    fc.array(surrounded(tie("entry")), { maxLength: 3 }).map((entries) => `{${entries.join(",")}}`),
  ),
  entry: fc.tuple(key, tie("value")).map(([name, text]) => `${name} = ${text}`),
}));

const statement = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(key, fc.constantFrom("=", " = ", "\t=\t"), value).map((parts) => parts.join("")) },
  { weight: 2, arbitrary: key.map((name) => `[ ${name} ]`) },
  { weight: 1, arbitrary: key.map((name) => `[[${name}]]`) },
  fc.constantFrom("", "# [x] \" '''", "   "),
);
const indented = fc.tuple(fc.constantFrom("", "  ", "\t"), statement, fc.constantFrom("", " ", " # c"));
const accepts = (text: string): boolean => {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
};
/** Statements that the parser takes after one another: others would leave hardly a document of more than three lines. */
const document = fc.array(indented, { maxLength: 14 }).chain((statements) => {
  const lines: string[] = [];
  for (const parts of statements) {
    const line = parts.join("");
    if (accepts([...lines, line].join("\n"))) lines.push(line);
  }
  return fc.constantFrom("\n", "\r\n").map((newline) => lines.join("\n").replaceAll("\n", newline));
});

const parsedSpan = (text: string, span: Span): unknown => parse(`x = ${text.slice(span.start, span.end)}`).x;
const isTable = (found: unknown): found is Record<string, unknown> =>
  typeof found === "object" && found !== null && Object.getPrototypeOf(found) === null;

const compare = (text: string, index: PositionIndex, path: SettingPath, found: unknown): void => {
  const position = index.find(path);
  const last = path.at(-1);
  if (position === undefined) throw new Error(`no position for ${JSON.stringify(path)}`);
  if (typeof last === "string") {
    expect(Object.keys(parse(`${text.slice(position.key.start, position.key.end)} = 1`))).toEqual([last]);
  }
  // A header's span has its key inside; a table may be written in pieces, which are compared one by one.
  const isOfHeader = position.key.start > position.value.start;
  if (!isOfHeader && !isTable(found)) expect(parsedSpan(text, position.value)).toEqual(found);
  if (isTable(found)) {
    expect([...index.names(path)].sort()).toEqual(Object.keys(found).sort());
    for (const name of Object.keys(found)) compare(text, index, [...path, name], found[name]);
  } else if (Array.isArray(found)) {
    expect(index.itemCount(path)).toBe(found.length);
    found.forEach((item, at) => {
      compare(text, index, [...path, at], item);
    });
  }
};

test("the index has the parser's tables, keys and items, and their spans hold their values", {
  timeout: 240_000,
}, () => {
  let lines = 0;
  fc.assert(
    fc.property(document, (text) => {
      lines += text.split("\n").length;
      compare(text, indexPositions(text), [], parse(text));
    }),
    { numRuns: 600 },
  );
  // The generator is worth its name only if it makes more than a few lines at a time.
  expect(lines).toBeGreaterThan(6 * 600);
});

test("any text has an index", { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(indented).map((all) => all.flat().join("\n")),
      ),
      (text) => {
        expect(indexPositions(text).nearest(["a", 0, "b"]).key.start).toBeLessThanOrEqual(text.length);
      },
    ),
  );
});
