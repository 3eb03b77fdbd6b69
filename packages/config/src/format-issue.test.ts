import { expect, test } from "vitest";
import { certificateA } from "../test/certificates.js";
import { acknowledgementLine } from "./acknowledgement.js";
import { formatIssue } from "./format-issue.js";
import { parseConfig } from "./parse-config.js";

const formatted = (text: string, environment: Record<string, string> = {}): string => {
  const result = parseConfig(text, { file: "server.toml", directory: "/srv", environment });
  return result.ok ? "" : result.errors.map(formatIssue).join("\n");
};

test("position, line, caret, nearest key", () => {
  expect(formatted('# é\n\tlog_levle = "info"')).toBe(
    `server.toml:2:2: unknown key "log_levle"
  2 |  log_levle = "info"
    |  ^^^^^^^^^
    = did you mean log_level?`,
  );
});

test("the missing acknowledgement quotes the line to add", () => {
  const text = '\n\n\n\n\n\n\n\n\n[replication]\norigin = "repl://a:1"\nbindaddress = "127.0.0.1:1"';
  expect(formatted(text)).toBe(
    `server.toml:10:2: [replication] wants you to acknowledge that replication is in development
  10 | [replication]
     |  ^^^^^^^^^^^
     = add this line above the first [table]: i_acknowledge_that_replication_is_in_development = true`,
  );
});

test("the wrong certificate key names the right one", () => {
  const text = `${acknowledgementLine}
[replication]
origin = "repl://a:1"
bindaddress = "127.0.0.1:1"
[replication."repl://b:1"]
type = "pull"
partner_cert = "${certificateA}"`;
  expect(formatted(text)).toBe(
    `server.toml:7:1: a partner of type "pull" has no partner_cert
  7 | ${text.split("\n")[6]?.slice(0, 100)}…
    | ^^^^^^^^^^^^
    = type "pull" wants supplier_cert`,
  );
});

test("the environment's value is shown under the variable's name", () => {
  expect(formatted("", { CONCORDAT_LOG_LEVEL: "inof" })).toBe(
    `$CONCORDAT_LOG_LEVEL:1:1: log_level cannot be "inof"
  1 | inof
    | ^^^^
    = did you mean "info"? one of "trace", "debug", "info", "warn", "error", "fatal"`,
  );
});

test("a long line is cut around the caret, wide characters keep it in place", () => {
  const text = `x = [${'"😀", '.repeat(30)}1 2]`;
  const [, line = "", caret = ""] = formatted(`${text}`).split("\n");
  expect(line.length).toBeLessThanOrEqual(110);
  expect(line).toMatch(/^ {2}1 \| ….*1 2\]$/);
  expect([...line][[...caret].indexOf("^")]).toBe("2");
  expect(caret.match(/\^+/)?.[0]).toBe("^^");
});

test("an error at the end of a line has a caret behind it", () => {
  expect(formatted('db_path = "a" +')).toContain('unexpected "+"');
  expect(formatted("x = 1_")).toContain("\n  1 | x = 1_\n    |     ^^\n");
});

test("a file cannot drive a terminal", () => {
  const hostile = '"\u001b[2J\u202e" = 1\r\n# \u0007\u0085';
  const text = formatted(hostile, { CONCORDAT_LOG_LEVEL: "\u001b[31m\nfake" });
  expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  expect(text).toContain("�");
});
