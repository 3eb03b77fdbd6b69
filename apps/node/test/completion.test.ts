import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../src/program.js";
import { allCommands, commandTree } from "../src/reference/command-tree.js";
import { completionScript, SHELLS } from "../src/reference/shell-completion.js";
import { runCommand } from "./testing/command.js";

const run = promisify(execFile);
const tree = commandTree(createProgram());
let cwd = "";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "concordat-completion-"));
  await writeFile(join(cwd, "server.toml"), "");
  for (const shell of SHELLS) await writeFile(join(cwd, `concordat.${shell}`), completionScript(shell, tree));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe.each(SHELLS)("completion for %s", (shell) => {
  it("is what the command prints, and has every command and option", async () => {
    const { exitCode, stdout } = await runCommand(["completion", shell], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: completionScript(shell, tree) });
    for (const { path, options } of allCommands(tree)) {
      expect(stdout).toContain(path.at(-1) ?? "");
      for (const { names } of options) expect(stdout).toContain(names.at(-1)?.slice(2));
    }
  });
});

it("refuses a shell that it does not know", async () => {
  expect(await runCommand(["completion", "tcsh"], { cwd })).toMatchObject({ exitCode: 2, stdout: "" });
});

/** What bash offers for the last of these words. */
const inBash = async (...words: string[]): Promise<string[]> => {
  const script = `source concordat.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _concordat; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["-c", script, "bash", "concordat", ...words], { cwd });
  return stdout.split("\n").filter(Boolean);
};

/** What fish offers for the end of a line. */
const inFish = async (line: string): Promise<string[]> => {
  const { stdout } = await run("fish", ["-N", "-c", `source concordat.fish; complete -C ${JSON.stringify(line)}`], {
    cwd,
  });
  return stdout.split("\n").map((offer) => offer.split("\t")[0] ?? "");
};

const CASES: readonly (readonly [words: string[], offered: string[], not: string[]])[] = [
  [["stat"], ["status"], ["server"]],
  [["token", ""], ["create", "list", "revoke"], ["status"]],
  [["token", "create", "--s"], ["--scope"], ["--json"]],
  [["-c", "x.toml", "entry", "p"], ["put", "patch"], ["get"]],
  [["completion", "-"], ["--help"], ["--config"]],
  [["status", "-c", "ser"], ["server.toml"], ["server"]],
];

it.each(CASES)("bash completes %j", async (words, offered, not) => {
  const offers = await inBash(...words);
  expect(offers).toEqual(expect.arrayContaining(offered));
  for (const other of not) expect(offers).not.toContain(other);
});

const has = (shell: string): boolean => existsSync(`/usr/bin/${shell}`) || existsSync(`/bin/${shell}`);

describe.runIf(has("fish"))("where fish is installed", () => {
  it.each(CASES)("it completes %j", async (words, offered, not) => {
    const offers = await inFish(["concordat", ...words].join(" "));
    expect(offers).toEqual(expect.arrayContaining(offered));
    for (const other of not) expect(offers).not.toContain(other);
  });
});

describe.runIf(has("zsh"))("where zsh is installed", () => {
  it("its script is one, and registers itself", async () => {
    const script = "autoload -Uz compinit; compinit -u -D; source ./concordat.zsh; print $_comps[concordat]";
    expect((await run("zsh", ["-f", "-c", script], { cwd })).stdout).toBe("_concordat\n");
  });
});
