import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const root = new URL("../../../", import.meta.url);

/** What a row of the threats names in its last column. */
const HELD_BY = /\| `([^`]+\.test\.ts)` "([^"]+)" \|$/;

const lines = (await readFile(new URL("docs/security.md", root), "utf8")).split("\n");
const start = lines.findIndex((line) => line.startsWith("| threat |"));
const rows = lines.slice(start + 2).filter((line, index, all) => !all.slice(0, index + 1).includes("") && line !== "");

it("has threats, and each names a test", () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => !HELD_BY.test(row))).toEqual([]);
});

it.each(rows.map((row) => HELD_BY.exec(row)?.slice(1, 3) ?? ["", row]))('%s has "%s"', async (file, title) => {
  expect(await readFile(new URL(file, root), "utf8")).toContain(title);
});
