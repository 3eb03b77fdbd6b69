import { expect, test } from "vitest";
import { parseOrigin } from "./origin.js";

test.each([
  ["repl://Node-A.Example.:8444", "repl://node-a.example:8444"],
  ["repl://node_a:1", "repl://node_a:1"],
  ["repl://127.0.0.1:65535/", "repl://127.0.0.1:65535"],
  ["repl://[0:0:0:0:0:0:0:1]:8444", "repl://[::1]:8444"],
  ["repl://[2001:DB8::0:A]:8444", "repl://[2001:db8::a]:8444"],
  ["repl://[::ffff:10.0.0.1]:08444", "repl://[::ffff:a00:1]:8444"],
])("%s is %s", (text, normal) => {
  const result = parseOrigin(text);
  expect(result.ok && result.origin.text).toBe(normal);
  expect(parseOrigin(normal)).toEqual(result);
});

test.each([
  ...[
    "",
    "repl://",
    "repl://:1",
    "repl://a",
    "repl://a:",
    "repl://a:x",
    "repl://a:65536",
    "repl://a:-1",
    "repl://a:1e3",
  ],
  ...["repl://me@a:1", "repl://a:1/x", "repl://a:1?x", "repl://a:1#x", "repl://a b:1", "repl://-a:1", "repl://a..b:1"],
  ...[
    "repl://1.2.3:1",
    "repl://01.2.3.4:1",
    "repl://::1:1",
    "repl://[::1:1",
    "repl://[fe80::1%25eth0]:1",
    "repl://[x]:1",
  ],
  ...[
    "repl://[::]:1",
    "repl://0.0.0.0:1",
    "repl://a:0",
    "http://a:1",
    "repl:/a:1",
    " repl://a:1",
    `repl://${"a".repeat(64)}:1`,
  ],
])("%j is no origin", (text) => {
  expect(parseOrigin(text).ok).toBe(false);
});
