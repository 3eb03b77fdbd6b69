import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The built command line. */
export const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly stdin?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `concordat …` as a process of its own, without a terminal. */
export const runCommand = (
  args: readonly string[],
  { cwd, stdin, environment }: CommandOptions,
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd, env: cleanEnvironment(environment) });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
    // A command that does not read its input may be gone before it is written.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
  });

/** Starts `concordat …` for tests that speak to it while it runs. */
export const startCommand = (args: readonly string[], cwd: string): RunningCommand => {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const exited = once(child, "close").then(([exitCode]) => ({ ...output, exitCode: exitCode as number | null }));
  return {
    output,
    exited,
    interrupt: () => void child.kill("SIGINT"),
    kill: () => void child.kill("SIGKILL"),
  };
};

export interface RunningCommand {
  /** So far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly exited: Promise<CommandResult>;
  /** Ctrl-C. */
  interrupt(): void;
  /** Without a chance to end in order. */
  kill(): void;
}

/** What the developer's own environment says must not leak into a test. */
export const cleanEnvironment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CONCORDAT_|NO_COLOR$|NODE_OPTIONS$)/.test(name)),
  ),
  ...more,
});
