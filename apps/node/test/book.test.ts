import { access, readdir, readFile } from "node:fs/promises";
import { knownKeys } from "@concordat/config";
import { describe, expect, it } from "vitest";
import { FINDINGS } from "../src/doctor/finding-codes.js";
import { ERRORS_WITH_PAGE } from "../src/error-page.js";
import { createProgram } from "../src/program.js";
import { allCommands, commandTree } from "../src/reference/command-tree.js";

const docs = new URL("../../../docs/", import.meta.url);
const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(new URL(folder, docs))).filter((name) => name.endsWith(".md")).map((name) => folder + name);
const files = [...(await namesIn("")), ...(await namesIn("errors/"))];
const pages = await Promise.all(
  files.map(async (name) => ({ name, text: await readFile(new URL(name, docs), "utf8") })),
);
const textOf = (name: string): string => pages.find((page) => page.name === name)?.text ?? "";

// What is generated (commands, routes, problems, codes, metrics) is held to the program by generated-files.test.ts.

it("the table of contents has every page", () => {
  const contents = textOf("README.md");
  const inErrors = textOf("errors/README.md").replaceAll("](", "](errors/");
  const missing = files.filter((name) => !/README/.test(name) && !`${contents}${inErrors}`.includes(`](${name})`));
  expect(missing).toEqual([]);
});

describe("errors/", () => {
  /** A sentence on what it means, how it comes about, what to do. */
  const isWhole = (text: string, code: string): boolean =>
    new RegExp(`^# ${code}\n\n.{20,}\n\n## How it comes about\n\n[^]{20,}\n\n## What to do\n\n[^]{20,}\n$`).test(text);

  it("has a page for every finding of the doctor and every error that names one, and no other", () => {
    const codes = [...Object.keys(FINDINGS), ...ERRORS_WITH_PAGE, "README"];
    expect(files.filter((name) => name.startsWith("errors/")).sort()).toEqual(
      codes.map((code) => `errors/${code}.md`).sort(),
    );
  });

  it.each(Object.entries(FINDINGS))("%s says what the doctor says", (code, { meaning, degrades }) => {
    const text = textOf(`errors/${code}.md`);
    expect(isWhole(text, code)).toBe(true);
    expect(text.toLowerCase()).toContain(meaning.toLowerCase());
    expect(text.includes("Degrades the node")).toBe(degrades);
  });

  it.each(ERRORS_WITH_PAGE)("%s is one of the codes in the book, with a command that mends it", (code) => {
    const text = textOf(`errors/${code}.md`);
    expect(isWhole(text, code)).toBe(true);
    expect(text).toMatch(/^ {4}concordat |`concordat /m);
    const lists = textOf("error-codes.md") + textOf("http-api.md");
    expect(lists).toContain(`| [\`${code}\`](errors/${code}.md) | `);
  });
});

it("the configuration's page has every key, in its table", () => {
  const tables: Readonly<Record<keyof typeof knownKeys, string>> = {
    top: "## At the top",
    storage: "## [storage]",
    api: "## [api]",
    replication: "## [replication]",
    partner: '## [replication."repl://host:port"]',
    attribute: "## [attributes.name]",
  };
  const sections = textOf("configuration.md").split(/\n(?=## )/);
  const isTable = new Set(["storage", "api", "replication", "attributes"]);
  for (const [kind, heading] of Object.entries(tables)) {
    const section = sections.find((one) => one.startsWith(`${heading}\n`)) ?? "";
    for (const key of knownKeys[kind as keyof typeof knownKeys]) {
      if (kind === "top" && isTable.has(key)) continue;
      expect(section, `${key} below ${heading}`).toContain(`| \`${key}\` |`);
    }
  }
});

it("the README of the node has every command", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const names = commandTree(createProgram()).subcommands.map(({ path }) => path.at(-1) ?? "");
  expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
});

describe.each(pages)("$name", ({ name, text }) => {
  it("links to what is there", async () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = ""]) => target);
    const missing = await Promise.all(
      targets.map((target) =>
        access(new URL(target, new URL(name, docs))).then(
          () => undefined,
          () => target,
        ),
      ),
    );
    expect(missing.filter((target) => target !== undefined)).toEqual([]);
  });

  it("names commands and options that there are", () => {
    const commands = allCommands(commandTree(createProgram()));
    for (const [, line = ""] of text.matchAll(/(?:^|[`$(]| {4})concordat ((?:[a-z][\w-]*|-)[^\n`#|)]*)/gm)) {
      const words = line.trim().split(/\s+/);
      // What a renewing node signs; it only looks like one.
      if (line.startsWith("successor v1")) continue;
      const node = commands
        .filter(({ path }) => path.every((name, at) => words[at] === name))
        .sort((one, other) => other.path.length - one.path.length)[0];
      const isCommand = node?.path.length !== 0 || words[0]?.startsWith("-");
      expect(isCommand, `there is no concordat ${line}`).toBe(true);
      const options = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/[=,.;:].*$/, ""));
      const known = node?.options.flatMap(({ names }) => names) ?? [];
      expect(
        options.filter((option) => !known.includes(option)),
        `concordat ${line}`,
      ).toEqual([]);
    }
  });
});
