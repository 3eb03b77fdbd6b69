import { randomBytes } from "node:crypto";
import { type BindAddress, parseBindAddress } from "@concordat/config";
import type { ConformanceReport, RequirementResult } from "@concordat/conformance";
import { type Command, InvalidArgumentError } from "commander";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import { printable } from "../terminal/printable.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";

interface ConformanceCommandOptions {
  readonly listen?: BindAddress;
  readonly wait: number;
  readonly only?: readonly string[];
}

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
    async ({ terminal, loadConfig, file }, { listen, only, wait }, peer = "") => {
      const [{ runConformance }, { expectKnown, meetPeer }] = await Promise.all([
        import("@concordat/conformance"),
        import("../conformance/meet-peer.js"),
      ]);
      expectKnown(only);
      const wire = await meetPeer({ config: await loadConfig(), file, peer, listen });
      const interrupted = new AbortController();
      const interrupt = (): void => {
        interrupted.abort();
        terminal.say("ends with this requirement, and deletes what was made; Ctrl-C again ends at once, and leaves it");
      };
      process.once("SIGINT", interrupt);
      try {
        const report = await runConformance({
          wire,
          clockMicros: () => Date.now() * 1_000,
          randomBytes,
          waitMs: wait * 1_000,
          signal: interrupted.signal,
          ...(only && { only }),
          onResult: (result) => terminal.json || void terminal.print(lineOf(result, terminal)),
        });
        await tell(report, peer, terminal);
        return exitCodeOf(report);
      } finally {
        process.off("SIGINT", interrupt);
        await wire.close();
      }
    },
  );
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
