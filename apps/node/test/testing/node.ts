import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadIdentity } from "@concordat/identity";
import type { VerifyReport } from "@concordat/replica";
import type { NodeStatus } from "../../src/admin/node-status.js";
import { initializeNode } from "../../src/compose/initialize-node.js";
import type { EntryJson } from "../../src/http/entry-json.js";
import { type CommandResult, runCommand } from "./command.js";
import { DaemonProcess } from "./daemon.js";
import { eventually } from "./eventually.js";
import { freePort } from "./free-port.js";
import { fetchOnce } from "./http.js";

export interface PartnerSettings {
  readonly type?: "mutual-pull" | "pull" | "allow-pull";
  readonly automaticRefresh?: boolean;
  /** In place of the partner's own. */
  readonly certificate?: string;
  readonly origin?: string;
}

const CERTIFICATE_KEYS = {
  "mutual-pull": "partner_cert",
  pull: "supplier_cert",
  "allow-pull": "consumer_cert",
} as const;

/** A node in a directory of its own. */
export class TestNode {
  readonly origin: string;
  /** A command that runs the daemon in its own place. */
  launcher: readonly string[] = [];
  #daemon: DaemonProcess | undefined;

  private constructor(
    readonly directory: string,
    readonly port: number,
  ) {
    this.origin = `repl://localhost:${port}`;
  }

  /** What `concordat init` makes, in a new directory, without the cost of a process. */
  static async create(): Promise<TestNode> {
    const node = new TestNode(await mkdtemp(join(tmpdir(), "concordat-test-")), await freePort());
    await initializeNode(node.configFile, { origin: node.origin });
    return node;
  }

  get configFile(): string {
    return join(this.directory, "server.toml");
  }

  get socketPath(): string {
    return join(this.directory, "data/concordat.sock");
  }

  /** Of the daemon, if it was started. */
  get lastWords(): string | undefined {
    return this.#daemon?.lastWords;
  }

  get daemon(): DaemonProcess {
    if (this.#daemon === undefined) throw new Error("the node was not started");
    return this.#daemon;
  }

  run(...args: string[]): Promise<CommandResult> {
    return runCommand(args, { cwd: this.directory });
  }

  runWith(stdin: string | Uint8Array, ...args: string[]): Promise<CommandResult> {
    return runCommand(args, { cwd: this.directory, stdin });
  }

  /** The JSON that a command prints. Throws when it fails. */
  async json<T>(...args: string[]): Promise<T> {
    const { exitCode, stdout, stderr } = await this.run(...args, "--json");
    if (exitCode !== 0) throw new Error(`${args.join(" ")} exited with ${exitCode}:\n${stderr}`);
    return JSON.parse(stdout) as T;
  }

  config(): Promise<string> {
    return readFile(this.configFile, "utf8");
  }

  writeConfig(text: string): Promise<void> {
    return writeFile(this.configFile, text);
  }

  async editConfig(edit: (text: string) => string): Promise<void> {
    await this.writeConfig(edit(await this.config()));
  }

  /** Puts lines into the file's `[replication]`. */
  addReplicationLines(lines: string): Promise<void> {
    return this.editConfig((text) => text.replace("[replication]\n", `[replication]\n${lines}`));
  }

  /** What `show-replication-certificate` prints, without its label and the cost of a process. */
  async certificate(): Promise<string> {
    const identity = await loadIdentity(join(this.directory, "data"));
    if (identity === undefined) throw new Error(`${this.origin} has no identity`);
    return identity.certificate.base64;
  }

  /** Adds a partner's table to the file, as the guide says. */
  async addPartner(partner: TestNode, settings: PartnerSettings = {}): Promise<void> {
    const { type = "mutual-pull", automaticRefresh, origin = partner.origin } = settings;
    const certificate = settings.certificate ?? (await partner.certificate());
    const lines = [
      "",
      `[replication."${origin}"]`,
      `type = "${type}"`,
      `${CERTIFICATE_KEYS[type]} = "${certificate}"`,
      ...(automaticRefresh === undefined ? [] : [`automatic_refresh = ${automaticRefresh}`]),
      "",
    ];
    await appendFile(this.configFile, lines.join("\n"));
  }

  /** Starts the daemon; resolves with its ready line. */
  start(environment: Readonly<Record<string, string>> = {}): Promise<string> {
    this.#daemon = new DaemonProcess(this.directory, [], environment, this.launcher);
    return this.#daemon.ready();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const exitCode = await this.daemon.stop(signal);
    this.#daemon = undefined;
    return exitCode;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  // Below: what commands do, without the cost of a process, where the command is not the point.

  /** What `status --json` prints. */
  status(): Promise<NodeStatus> {
    return this.ask("GET", "/v1/status");
  }

  async pause({ origin }: { readonly origin: string }): Promise<void> {
    await this.ask("POST", "/v1/admin/pause", { origin });
  }

  async resume({ origin }: { readonly origin: string }): Promise<void> {
    await this.ask("POST", "/v1/admin/resume", { origin });
  }

  /** Has the daemon read its file again. */
  async reload(): Promise<void> {
    const { kind } = await this.ask<{ kind: string }>("POST", "/v1/admin/reload");
    if (kind !== "reloaded") throw new Error(`the reload of ${this.origin} was ${kind}`);
  }

  /** Waits until the link to `partner` is in this state. */
  async linkIs(partner: { readonly origin: string }, state: string): Promise<NodeStatus> {
    const stateOf = (status: NodeStatus) => status.partners.find(({ origin }) => origin === partner.origin)?.state;
    return eventually(
      () => this.status(),
      (status) => stateOf(status) === state,
    );
  }

  /** Creates an entry; resolves with its uuid. */
  async put(attributes: object): Promise<string> {
    return (await this.ask<EntryJson>("POST", "/v1/entries", { attributes })).uuid;
  }

  async patch(uuid: string, attributes: object): Promise<void> {
    await this.ask("PATCH", `/v1/entries/${uuid}`, { attributes });
  }

  async remove(uuid: string): Promise<void> {
    await this.ask("DELETE", `/v1/entries/${uuid}`);
  }

  entry(uuid: string): Promise<EntryJson> {
    return this.ask("GET", `/v1/entries/${uuid}`);
  }

  /** Whether there is such an entry: false for one that was never there, and for one that was deleted. */
  async has(uuid: string): Promise<boolean> {
    const { status } = await fetchOnce({ socketPath: this.socketPath, path: `/v1/entries/${uuid}` });
    if (![200, 404, 410].includes(status)) throw new Error(`${this.origin} answered ${status}`);
    return status === 200;
  }

  /** What `verify --json` finds. */
  verify(): Promise<VerifyReport> {
    return this.ask("POST", "/v1/admin/verify");
  }

  /** The SHA-256 that `digest` prints. */
  async digest(): Promise<string> {
    return (await this.ask<{ sha256: string }>("GET", "/v1/admin/digest")).sha256;
  }

  /** What `export` prints. */
  async export(): Promise<string> {
    return (await fetchOnce({ socketPath: this.socketPath, path: "/v1/admin/export" })).body;
  }

  /** Replaces the content by that of the only partner, whatever is lost. */
  async refresh(): Promise<void> {
    const { socketPath } = this;
    const body = JSON.stringify({ discardLocalChanges: true });
    const headers = { "content-type": "application/json" };
    const answer = await fetchOnce({ socketPath, method: "POST", path: "/v1/admin/refresh", headers, body });
    if (!answer.body.includes('"kind":"refreshed"'))
      throw new Error(`${this.origin} was not refreshed: ${answer.body}`);
  }

  /** One request to the API over the socket. Throws when it is refused. */
  async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const content = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await fetchOnce({ socketPath: this.socketPath, method, path, ...content });
    if (answer.status >= 300)
      throw new Error(`${method} ${path} of ${this.origin} answered ${answer.status}: ${answer.body}`);
    return (answer.body === "" ? undefined : JSON.parse(answer.body)) as T;
  }

  /** Ends the daemon and removes the directory; safe to call twice. */
  async destroy(): Promise<void> {
    if (this.#daemon !== undefined) await this.stop("SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Waits until all nodes hold the same content; then each is verified. */
export const converge = async (...nodes: readonly TestNode[]): Promise<void> => {
  await eventually(
    () => Promise.all(nodes.map((node) => node.digest())),
    (digests) => new Set(digests).size === 1,
  );
  for (const node of nodes) {
    const { problems } = await node.verify();
    if (problems.length > 0) throw new Error(`verify of ${node.origin} found:\n${problems.join("\n")}`);
  }
};
