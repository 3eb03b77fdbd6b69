import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const BLOCK_TIMEOUT_MS = 60_000;

/** One bash in which the blocks of a page are run, one after the other, as a reader pastes them. */
export class ShellSession {
  readonly #shell: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";
  #blocks = 0;

  constructor(cwd: string, path: string) {
    this.#shell = spawn("bash", ["--noprofile", "--norc"], {
      cwd,
      // A group of its own, so that what it leaves running can be ended with it.
      detached: true,
      env: { ...process.env, PATH: `${path}:${process.env.PATH}`, CONCORDAT_CONFIG: "" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#closed = once(this.#shell, "close");
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.#shell.stdin?.write("set -euo pipefail\n");
  }

  /** Runs a block to its end. Rejects with all output when a command of it fails. */
  async run(code: string): Promise<void> {
    this.#blocks += 1;
    const mark = `end of block ${this.#blocks}`;
    this.#shell.stdin?.write(`${code}\necho "${mark}"\n`);
    const until = performance.now() + BLOCK_TIMEOUT_MS;
    const isOver = (): boolean => this.#output.includes(mark) || this.#shell.exitCode !== null;
    while (!isOver() && performance.now() < until) {
      await Promise.race([this.#closed, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    if (!this.#output.includes(mark))
      throw new Error(`this block failed:\n${code}\n\nthe output so far:\n${this.#output}`);
  }

  /** Runs a block again and again until it succeeds. */
  async eventually(code: string): Promise<void> {
    await this.run(`until (set -e\n${code}\n); do sleep 0.1; done`);
  }

  async end(): Promise<void> {
    this.#shell.stdin?.end();
    if (this.#shell.pid !== undefined) {
      try {
        process.kill(-this.#shell.pid, "SIGKILL");
      } catch {
        // Everything in the group has ended already.
      }
    }
    await this.#closed;
  }
}
