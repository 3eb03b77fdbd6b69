import { randomBytes } from "node:crypto";
import { type BindAddress, type Config, type PartnerConfig, parseBindAddress, parseOrigin } from "@concordat/config";
import { type ConformanceReport, type RequirementResult, requirements, runConformance } from "@concordat/conformance";
import { openTlsWire, type TlsWire } from "@concordat/conformance/tls";
import { createIdentity } from "@concordat/identity";
import { type Command, InvalidArgumentError } from "commander";
import { CommandError } from "../command-error.js";
import { cannotListen } from "../compose/cannot-listen.js";
import { nodeIdentity } from "../compose/node-identity.js";
import { tlsIdentity } from "../compose/replication-listener.js";
import { formatAddress } from "../compose/socket-address.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import { printable } from "../terminal/printable.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";

interface ConformanceCommandOptions {
  readonly listen?: BindAddress;
  readonly wait: number;
  readonly only?: readonly string[];
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 5_000;

/** `concordat conformance` */
export const addConformance = (program: Command): void => {
  const command = program
    .command("conformance")
    .description("hold a peer to the wire protocol, as its consumer and as its supplier: a line for each requirement")
    .argument("<repl://host:port>", 'the peer, as a [replication."…"] table of the configuration names it')
    .option("--listen <host:port>", "where the peer is to pull from; default: [replication] bindaddress", bindAddress)
    .option("--wait <seconds>", "how long the peer may take to connect as a consumer", seconds, 30)
    .option("--only <ids...>", "these requirements alone, or all whose ids begin so: merge, consumer.digest")
    .addHelpText(
      "after",
      "\nRun it with the configuration of a scratch node (concordat init) that is not running: its identity is the runner's,\n" +
        "and its table for the peer has the peer's certificate. The peer lists the runner's certificate, and pulls from its origin.\n" +
        "The peer is given new entries, which are deleted at the end; a few rows of its update vector stay. Prefer a scratch peer.\n" +
        "Exits 0 when nothing failed, 1 when something did, 7 when the peer could not be met at all.",
    );
  defineCommand<ConformanceCommandOptions>(
    command,
    "concordat conformance repl://localhost:9444 -c scratch/server.toml",
    async ({ terminal, loadConfig, file }, options, peer = "") => {
      const { wire, close } = await meet(await loadConfig(), file, peer, options);
      const interrupted = new AbortController();
      const interrupt = (): void => interrupted.abort();
      process.once("SIGINT", interrupt);
      try {
        const report = await runConformance({
          wire,
          clockMicros: () => Date.now() * 1_000,
          randomBytes,
          waitMs: options.wait * 1_000,
          signal: interrupted.signal,
          ...(options.only && { only: options.only }),
          onResult: (result) => terminal.json || void terminal.print(lineOf(result, terminal)),
        });
        await tell(report, peer, terminal);
        return exitCodeOf(report);
      } finally {
        process.off("SIGINT", interrupt);
        await close();
      }
    },
  );
};

/** The runner's sockets: it is the scratch node, as far as the peer can tell. */
const meet = async (
  config: Config,
  file: string,
  peer: string,
  { listen, only }: ConformanceCommandOptions,
): Promise<{ readonly wire: TlsWire; readonly close: () => Promise<void> }> => {
  const partner = partnerOf(config, file, peer);
  expectKnown(only);
  const { replication } = config;
  const identity = await nodeIdentity(config);
  const { host, port } = partner.origin;
  const address = partner.type === "pull" ? undefined : (listen ?? replication?.bindAddress);
  const stranger = createIdentity({ origin: "repl://localhost:1", nowMs: Date.now(), randomBytes });
  const wire = await openTlsWire({
    host,
    port,
    identity: tlsIdentity(identity),
    stranger: tlsIdentity(stranger),
    pins: partner.certificates,
    listen: address,
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    replyTimeoutMs: REPLY_TIMEOUT_MS,
  }).catch((cause: unknown) => {
    if (address === undefined) throw cause;
    throw cannotListen(formatAddress(address), listen ? "--listen" : "[replication] bindaddress", cause);
  });
  return { wire, close: () => wire.close() };
};

const partnerOf = ({ replication }: Config, file: string, peer: string): PartnerConfig => {
  const parsed = parseOrigin(peer);
  if (!parsed.ok) throw new CommandError(`${peer} is not an origin: repl://host:port`, { exitCode: EXIT_CODE.usage });
  const partner = replication?.partners.find(({ origin }) => origin.text === parsed.origin.text);
  if (partner !== undefined) return partner;
  throw new CommandError(`${file} has no table for ${peer}`, {
    exitCode: EXIT_CODE.badConfiguration,
    code: "partner_unknown",
    remedy: "add to it, with the certificate of the peer:",
    details: [`[replication."${peer}"]`, 'type = "mutual-pull"', 'partner_cert = "MII…"'],
  });
};

const expectKnown = (only: readonly string[] | undefined): void => {
  const unknown = only?.filter(
    (wanted) => !requirements.some(({ id }) => id === wanted || id.startsWith(`${wanted}.`)),
  );
  if (unknown === undefined || unknown.length === 0) return;
  throw new CommandError(`there is no requirement ${unknown.join(", ")}`, {
    exitCode: EXIT_CODE.usage,
    remedy: `there are ${[...new Set(requirements.map(({ id }) => id.split(".")[0]))].join(", ")}, and what a run prints`,
  });
};

const lineOf = (result: RequirementResult, { style }: Terminal): string => {
  const { outcome, id, sentence, section } = result;
  const mark =
    outcome === "ok" ? style.good("ok") : outcome === "failed" ? style.bad("failed") : style.dim("not tested");
  const reason = outcome === "ok" ? "" : `\n    ${printable(result.reason)}`;
  return `${mark}  ${id}: ${sentence}  ${style.dim(`(protocol ${section})`)}${reason}`;
};

const tell = async ({ results, cleanUp }: ConformanceReport, peer: string, terminal: Terminal): Promise<void> => {
  const count = (outcome: RequirementResult["outcome"]): number =>
    results.filter((one) => one.outcome === outcome).length;
  const counts = { ok: count("ok"), failed: count("failed"), notTested: count("not tested") };
  if (terminal.json) {
    await terminal.print(JSON.stringify({ peer, ...counts, cleanUp, requirements: results }));
    return;
  }
  await terminal.print(`${counts.ok} ok, ${counts.failed} failed, ${counts.notTested} not tested`);
  if (cleanUp.deleted > 0) terminal.say(`${cleanUp.deleted} entries that were made for this are deleted again`);
  if (cleanUp.left > 0)
    terminal.say(`${cleanUp.left} entries that were made for this may be left: their titles say so`);
};

const exitCodeOf = ({ results, isReached }: ConformanceReport): ExitCode => {
  if (!isReached) return EXIT_CODE.partnerUnreachable;
  return results.some(({ outcome }) => outcome === "failed") ? EXIT_CODE.failed : EXIT_CODE.ok;
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0 && value <= 86_400) return value;
  throw new InvalidArgumentError("seconds, as a number");
};

const bindAddress = (text: string): BindAddress => {
  const parsed = parseBindAddress(text);
  if (parsed.ok) return parsed.address;
  throw new InvalidArgumentError("host:port, such as 127.0.0.1:8444");
};
