import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What a finished command left. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const manifest = createRequire(import.meta.url).resolve("@concordat/node/package.json");
const CLI = join(dirname(manifest), "dist", "cli.js");
const READY_TIMEOUT_MS = 30_000;

/** One node of the demo: a directory with a server.toml, and the daemon that runs on it. */
export class DemoNode {
  readonly origin: string;
  readonly directory: string;
  #daemon: ChildProcess | undefined;

  constructor(
    readonly name: string,
    parent: string,
    port: number,
  ) {
    this.origin = `repl://localhost:${port}`;
    this.directory = join(parent, name);
  }

  get configFile(): string {
    return join(this.directory, "server.toml");
  }

  get logFile(): string {
    return join(this.directory, "server.log");
  }

  get pid(): number | undefined {
    return this.#daemon?.pid;
  }

  async init(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await this.succeed("init", "--origin", this.origin);
  }

  /** The certificate line, as the command prints it. */
  async certificateLine(): Promise<string> {
    return (await this.succeed("show-replication-certificate")).stdout.trim();
  }

  /** Adds the partner to server.toml, as the guide says. */
  async addPartner(partner: DemoNode, certificateLine: string): Promise<void> {
    const certificate = certificateLine.replace(/^certificate: /, "");
    const lines = [
      "",
      `[replication."${partner.origin}"]`,
      `type = "mutual-pull"`,
      `partner_cert = ${certificate}`,
      "",
    ];
    await appendFile(this.configFile, lines.join("\n"));
  }

  /** Starts the daemon; resolves with its ready line. It goes on after this program, unless it is stopped. */
  async start(): Promise<string> {
    const log = openSync(this.logFile, "a");
    const args = [CLI, "server", "-c", this.configFile];
    const daemon = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", log] });
    this.#daemon = daemon;
    const line = await Promise.race([firstLine(daemon), once(daemon, "exit").then(() => undefined), timeout()]);
    if (line === undefined) throw new Error(`${this.name} did not start:\n${await readFile(this.logFile, "utf8")}`);
    return line;
  }

  /** Lets this program end while the daemon goes on. */
  release(): void {
    this.#daemon?.stdout?.destroy();
    this.#daemon?.unref();
  }

  /** Stops the daemon as an operator would, and waits for it. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exited = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await exited;
  }

  /** Runs `concordat` on this node; its messages go to this terminal when `visible`. */
  async run(
    args: readonly string[],
    options: { readonly stdin?: string; readonly visible?: boolean } = {},
  ): Promise<Finished> {
    const child = spawn(process.execPath, [CLI, ...args, "-c", this.configFile], {
      stdio: ["pipe", "pipe", options.visible ? "inherit" : "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    child.stdin?.on("error", () => undefined).end(options.stdin ?? "");
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { exitCode: exitCode ?? 1, ...output };
  }

  /** As `run`. @throws Error unless the command exits with 0. */
  async succeed(...args: string[]): Promise<Finished> {
    const finished = await this.run(args);
    if (finished.exitCode === 0) return finished;
    throw new Error(
      `concordat ${args.join(" ")} on ${this.name} exited with ${finished.exitCode}:\n${finished.stderr}`,
    );
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse((await this.succeed(...args, "--json")).stdout) as T;
  }

  /** The most memory that the daemon ever had, in bytes; `undefined` where the system does not tell. */
  async peakMemoryBytes(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8").catch(() => "");
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  }
}

const firstLine = (daemon: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    let text = "";
    daemon.stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });

const timeout = (): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(undefined), READY_TIMEOUT_MS).unref();
  });
