import type { Comparison, ComparisonOutcome, ContentDigest, Difference } from "@concordat/replica";
import type { Command } from "commander";
import type { CompareLine } from "../admin/compare-response.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { CommandError } from "../command-error.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import { interruptible } from "../terminal/interruptible.js";
import { printable } from "../terminal/printable.js";
import { reportProgress } from "../terminal/progress.js";
import { formatBytes, formatCount, formatEntries } from "../terminal/quantity.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";
import { exitCodeOfFailure } from "./failure-exit-code.js";

interface DigestCommandOptions {
  readonly with?: string;
}

type Outcome = Exclude<CompareLine, { kind: "progress" }>;

/** `concordat digest` */
export const addDigest = (program: Command): void => {
  const command = program
    .command("digest")
    .description("count the entries and print the digest of all content; or compare with a partner, entry by entry")
    .option("--with <origin>", "the partner to compare with; names the entries that differ, and copies none");
  const example = "concordat digest\nconcordat digest --with repl://localhost:8444";
  defineCommand<DigestCommandOptions>(command, example, ({ terminal, withDaemon }, { with: origin }) =>
    withDaemon((daemon) => (origin === undefined ? digest(terminal, daemon) : compare(terminal, daemon, origin))),
  );
};

const digest = async (terminal: Terminal, daemon: DaemonClient): Promise<ExitCode> => {
  const content = await daemon.json<ContentDigest>({ method: "GET", path: "/v1/admin/digest" });
  const { liveEntries, tombstones, sha256 } = content;
  const line = `${formatEntries(liveEntries)}, ${formatCount(tombstones)} tombstones, sha256 ${sha256}`;
  await terminal.print(terminal.json ? JSON.stringify(content) : line);
  return EXIT_CODE.ok;
};

const compare = async (terminal: Terminal, daemon: DaemonClient, origin: string): Promise<ExitCode> => {
  const outcome = await interruptible((signal) => runOnce(terminal, daemon, origin, signal));
  if (outcome.kind === "failed")
    throw new CommandError(outcome.message, { exitCode: exitCodeOfFailure(outcome.code), relayedCode: outcome.code });
  if (terminal.json) await terminal.print(JSON.stringify(outcome));
  return conclude(terminal, outcome);
};

const runOnce = async (
  terminal: Terminal,
  daemon: DaemonClient,
  origin: string,
  signal: AbortSignal,
): Promise<Outcome> => {
  const progress = reportProgress(terminal, "comparing");
  try {
    const request = { method: "POST", path: "/v1/admin/compare", body: { with: origin }, signal } as const;
    for await (const line of daemon.lines<CompareLine>(request)) {
      if (line.kind !== "progress") return line;
      progress.update({ ...line, bytes: undefined, bytesTotal: undefined });
    }
    throw new CommandError("the daemon ended the comparison without an outcome", {
      remedy: "its log says what happened",
    });
  } catch (error) {
    throw signal.aborted ? new CommandError("cancelled", { code: "cancelled" }) : error;
  } finally {
    progress.finish();
  }
};

const conclude = async (terminal: Terminal, outcome: ComparisonOutcome): Promise<ExitCode> => {
  switch (outcome.kind) {
    case "unsupported":
      throw new CommandError(`${outcome.origin} cannot compare entries: it runs ${printable(outcome.software)}`, {
        code: "unsupported",
        remedy: "compare what digest prints on both nodes, or upgrade the partner",
      });
    case "domain-mismatch":
      throw new CommandError(`${outcome.origin} holds another database, of the domain ${outcome.domainUuid}`, {
        code: "domain_mismatch",
        remedy: "refresh-replication-consumer takes its content over",
      });
    case "compared":
      if (!terminal.json) await printComparison(terminal, outcome);
      return outcome.differences.some(({ explained }) => explained === undefined) ? EXIT_CODE.degraded : EXIT_CODE.ok;
  }
};

const printComparison = async (terminal: Terminal, comparison: Comparison): Promise<void> => {
  const { origin, entriesHere, entriesThere, differences, complete, bytesSent, bytesReceived } = comparison;
  for (const difference of differences) await terminal.print(differenceLine(difference));
  if (!complete) terminal.say("these are the first: the comparison stopped there");
  const unexplained = differences.filter(({ explained }) => explained === undefined).length;
  const verdict =
    differences.length === 0
      ? `the same as ${origin}`
      : `${formatEntries(differences.length)} differ from ${origin}, ${formatCount(unexplained)} of them unexplained`;
  const counts = `${formatCount(entriesHere)} here, ${formatCount(entriesThere)} there`;
  terminal.say(`${verdict}; ${counts}; ${formatBytes(bytesSent + bytesReceived)} on the wire`);
};

const WHERE = { "only-here": "only here", "only-there": "only there", different: "different" } as const;

const EXPLAINED = {
  "not-pulled-here": "not pulled from the partner yet",
  "not-pulled-there": "not pulled by the partner yet",
  purged: "one side has purged what the other will",
} as const;

const differenceLine = ({ uuid, where, attributes, explained }: Difference): string => {
  const names = attributes?.length ? `: ${attributes.map((name) => printable(JSON.stringify(name))).join(", ")}` : "";
  return `${uuid}  ${WHERE[where]}${names}${explained === undefined ? "" : ` (${EXPLAINED[explained]})`}`;
};
