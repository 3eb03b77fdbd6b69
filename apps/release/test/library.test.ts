import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installInto } from "./testing/install.js";
import { NODE_VERSIONS } from "./testing/node-versions.js";
import { codeBlocks } from "./testing/page.js";

const run = promisify(execFile);
const PROGRAMS = ["notes.mjs", "two.mjs", "network.mjs", "kinds.mjs"];

/** What the page's programs print. */
const OUTPUT: Readonly<Record<string, RegExp>> = {
  "notes.mjs": /^(changed: hello(, world)?\n)*hello, world \[ '(demo', 'new|new', 'demo)' \]\n(changed: .*\n)*$/,
  "two.mjs": /votes: 7\b[\s\S]*true\n1 overwrite\n1\n$/,
  "network.mjs": /^over TLS 1\.3, pinned both ways\n$/,
  "kinds.mjs":
    /^\{\s+merge: 'example.com\/best',\s+versions: \[ (?:\{ ada: 9, bob: 3 \}, \{ ada: 5, bob: 7 \}|\{ ada: 5, bob: 7 \}, \{ ada: 9, bob: 3 \}) \]\s+\}\n\{ scores: \{ ada: 9, bob: 7 \}, title: 'July' \}\n$/,
};

let folder = "";

beforeAll(async () => {
  const blocks = await codeBlocks("library.md");
  const install = blocks.find(({ language }) => language === "sh")?.code.trim() ?? "";
  folder = await installInto("library", install);
  const programs = blocks.filter(({ language }) => language === "js");
  expect(programs.map(({ code }) => /^\/\/ (\S+)\n/.exec(code)?.[1])).toEqual(PROGRAMS);
  for (const [index, { code }] of programs.entries()) await writeFile(join(folder, PROGRAMS[index] ?? ""), code);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(PROGRAMS)("%s of the library page, from packed packages alone", (program) => {
  it.each(NODE_VERSIONS)("runs on $name", async ({ name, directory }) => {
    const cwd = join(folder, `${name} ${program}`);
    await mkdir(cwd);
    const { stdout, stderr } = await run(join(directory, "node"), [join(folder, program)], { cwd, timeout: 60_000 });
    expect(stderr).toBe("");
    expect(stdout).toMatch(OUTPUT[program] ?? /$^/);
  });
});

it("the library page's programs are right to the declarations, which are checked themselves", async () => {
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const compiler = join(dirname(typescript), "bin/tsc");
  const types = dirname(dirname(createRequire(import.meta.url).resolve("@types/node/package.json")));
  const options = "--noEmit --allowJs --checkJs --strict --module nodenext --target es2023 --types node".split(" ");
  const args = [compiler, ...options, "--typeRoots", types, ...PROGRAMS];
  await expect(run(process.execPath, args, { cwd: folder })).resolves.toMatchObject({ stdout: "" });
});
