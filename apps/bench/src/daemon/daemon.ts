import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";

const CLI = join(dirname(createRequire(import.meta.url).resolve("@concordat/node/package.json")), "dist", "cli.js");

/** The daemon as an operator runs it, in a directory of its own. */
export class Daemon {
  readonly #directory: string;
  readonly origin: string;
  #process: ChildProcess | undefined;

  private constructor(directory: string, origin: string) {
    this.#directory = directory;
    this.origin = origin;
  }

  static async create(directory: string): Promise<Daemon> {
    mkdirSync(directory, { recursive: true });
    const daemon = new Daemon(directory, `repl://localhost:${await freePort()}`);
    await daemon.run(["init", "--origin", daemon.origin]);
    return daemon;
  }

  get socketPath(): string {
    return join(this.#directory, "data", "concordat.sock");
  }

  async certificate(): Promise<string> {
    const line = await this.run(["show-replication-certificate"]);
    return line.replace(/^certificate: /, "").trim();
  }

  addPartner(origin: string, certificate: string): void {
    const section = `\n[replication."${origin}"]\ntype = "mutual-pull"\npartner_cert = ${certificate}\n`;
    appendFileSync(this.#configFile, section);
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    this.#process = spawn(process.execPath, [CLI, "server", "-c", this.#configFile], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(this.#process.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGTERM");
    await exited;
  }

  /** Runs a command on it. Resolves to what it prints. @throws Error unless it succeeds. */
  async run(args: readonly string[], input = ""): Promise<string> {
    const child = spawn(process.execPath, [CLI, ...args, "-c", this.#configFile], { stdio: ["pipe", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    child.stdin.end(input);
    const [exitCode] = await once(child, "close");
    if (exitCode !== 0) throw new Error(`concordat ${args.join(" ")} exited with ${exitCode}: ${output.stderr}`);
    return output.stdout;
  }

  get #configFile(): string {
    return join(this.#directory, "server.toml");
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
};
