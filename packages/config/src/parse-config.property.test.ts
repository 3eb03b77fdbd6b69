import fc from "fast-check";
import { expect, test } from "vitest";
import { certificateA } from "../test/certificates.js";
import { acknowledgementLine } from "./acknowledgement.js";
import { formatIssue } from "./format-issue.js";
import { parseConfig } from "./parse-config.js";

const whole = `db_path = "./data"
bindaddress = "127.0.0.1:8443"
log_level = "info"
${acknowledgementLine}
storage = { type = "lmdb" }
[replication]
origin = "repl://localhost:8444"
bindaddress = "127.0.0.1:8444"
changelog_max_age = "7d"
[replication."repl://localhost:8445"]
type = "mutual-pull"
partner_cert = [
  "${certificateA}",
]
automatic_refresh = true
[attributes.name]
merge = "set"
`;

const token = fc.constantFrom(
  ...[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "=",
    ".",
    ",",
    "#",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\0",
    "\ufeff",
  ],
  ...[
    "true",
    "1",
    "1979-05-27",
    "replication",
    "storage",
    "attributes",
    "type",
    "url",
    "origin",
    "__proto__",
    "ACK_HERE",
  ],
  ...['"repl://a:1"', "certificate: ", '"postgres"', "a", "\ud800", "😀"],
);

/** A piece cut out of a good file, and something else put in its place. */
const mutant = fc
  .tuple(fc.nat(whole.length), fc.nat(60), fc.array(token, { maxLength: 4 }))
  .map(([at, length, tokens]) => whole.slice(0, at) + tokens.join("") + whole.slice(at + length));

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join("")),
  mutant,
  mutant.chain((one) => fc.nat(one.length).map((at) => one.slice(at) + one.slice(0, at))),
);

const holdsTogether = (text: string, environment: Record<string, string>): void => {
  const result = parseConfig(text, { file: "f", directory: "/srv", environment });
  const source = text.replace(/^\ufeff/, "");
  const lines = source.split("\n");
  for (const issue of result.ok ? [] : result.errors) {
    expect(formatIssue(issue)).toContain(issue.file);
    if (issue.file !== "f") continue;
    const line = lines[issue.line - 1];
    expect(line).toBeDefined();
    expect(issue.column).toBeGreaterThan(0);
    expect(issue.column).toBeLessThanOrEqual((line ?? "").length + 1);
    if (!/:\/\/.*@/.test(line ?? "")) expect(line?.slice(issue.column - 1)).toContain(issue.text.replace(/…$/, ""));
  }
  if (!result.ok) expect(result.errors.length).toBeGreaterThan(0);
  expect(Object.keys(Object.prototype)).toEqual([]);
};

test("any text gives a configuration or errors that point into it", { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(
      anyText,
      fc.dictionary(fc.constantFrom("CONCORDAT_LOG_LEVEL", "CONCORDAT_DB_PATH"), fc.string()),
      holdsTogether,
    ),
    { numRuns: 1000 },
  );
});

test.each(["[", "{a=", "[[", "a=[", '"', "a.", "x={a={"])("a thousand times %j", (piece) => {
  holdsTogether(piece.repeat(1000), {});
  holdsTogether(`a = ${piece.repeat(1000)}`, {});
});

test("a line of junk anywhere hides nothing that is wrong elsewhere", { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(
      fc.nat(whole.split("\n").length - 2),
      fc.constantFrom("junk", "= 1", 'x = "', "y = z z"),
      (at, junk) => {
        const lines = whole.split("\n");
        const text = ["colour = 1", ...lines.slice(0, at), junk, ...lines.slice(at), "siez = 1"].join("\n");
        const result = parseConfig(text, { file: "f", directory: "/srv" });
        const found = result.ok ? [] : result.errors.map(({ line }) => line);
        expect(found).toContain(1);
        expect(found).toContain(at + 2);
        expect(found).toContain(lines.length + 3);
      },
    ),
  );
});
