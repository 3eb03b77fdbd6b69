import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { CLI, cleanEnvironment } from "./command.js";
import { eventually } from "./eventually.js";

export interface LogLine {
  readonly level: string;
  readonly event?: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

const LAST_LINES = 20;

/** A running `concordat server`. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  stdout = "";
  stderr = "";

  /** @param launcher a command that runs the daemon in its own place. */
  constructor(
    cwd: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
    launcher: readonly string[] = [],
  ) {
    const env = cleanEnvironment(environment);
    const [command, ...words] = [...launcher, process.execPath, CLI, "server", ...args];
    this.#child = spawn(command as string, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#exit = once(this.#child, "close").then(([code]) => code as number | null);
  }

  /** Its first line on stdout. Rejects with its stderr when it exits instead. */
  async ready(): Promise<string> {
    const exited = this.#exit.then((code) => {
      throw new Error(`the daemon exited with ${code} before it was ready:\n${this.stderr}`);
    });
    await Promise.race([
      eventually(
        () => this.stdout,
        (text) => text.includes("\n"),
      ),
      exited,
    ]);
    exited.catch(() => {});
    return this.stdout.slice(0, this.stdout.indexOf("\n"));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** For whoever has to find out: how it ended, if it did, and what it logged last. */
  get lastWords(): string {
    const { exitCode, signalCode } = this.#child;
    const lines = this.stderr.trimEnd().split("\n").slice(-LAST_LINES);
    return [`ended by ${signalCode ?? exitCode ?? "nothing yet"}`, ...lines].join("\n");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code; null when a signal ended it. */
  exited(): Promise<number | null> {
    return this.#exit;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.signal(signal);
    return this.#exit;
  }

  /** What it has logged so far, in whole lines. */
  log(): LogLine[] {
    return this.stderr
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves with the first line of this event that `accepts` likes. */
  async logged(event: string, accepts: (line: LogLine) => boolean = () => true, withinMs?: number): Promise<LogLine> {
    const find = (): LogLine | undefined => this.log().find((line) => line.event === event && accepts(line));
    return (await eventually(find, (line) => line !== undefined, withinMs)) as LogLine;
  }
}
