import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { requirements } from "./requirements.js";

const page = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");

test("each requirement has an id of its own, and names a section of the protocol's page", () => {
  expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
  const headings = new Set([...page.matchAll(/^##+ (.+)$/gm)].map(([, heading]) => heading));
  expect(requirements.filter(({ section }) => !headings.has(section)).map(({ id }) => id)).toEqual([]);
});

test("the page lists the requirements, each under its section, as they are", () => {
  const rows = requirements.map(({ id, role, sentence, section }) => {
    const [number] = section.split(" ");
    return `| \`${id}\` | ${role} | ${sentence} | ${number?.replace(/\.$/, "")} |`;
  });
  const [, table = ""] = /## 16\. Conformance[\s\S]*?\|---\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  expect(table.trimEnd().split("\n")).toEqual(rows);
});
