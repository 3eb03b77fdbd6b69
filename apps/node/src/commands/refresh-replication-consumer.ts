import type { Command } from "commander";
import type { RefreshLine } from "../admin/refresh-response.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { CommandError } from "../command-error.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import { confirm } from "../terminal/confirm.js";
import { reportProgress } from "../terminal/progress.js";
import { formatBytes, formatEntries } from "../terminal/quantity.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";
import { exitCodeOfFailure } from "./failure-exit-code.js";

interface RefreshCommandOptions {
  readonly from?: string;
  readonly discardLocalChanges?: boolean;
  readonly iWantToRefreshThisServersDatabase?: boolean;
}

type Outcome = Exclude<RefreshLine, { kind: "progress" }>;
type WouldDiscard = Extract<Outcome, { kind: "would-discard" }>;

/** `concordat refresh-replication-consumer` */
export const addRefresh = (program: Command): void => {
  const command = program
    .command("refresh-replication-consumer")
    .description(
      "replace this node's content by a partner's; asks first if anything that only this node has would be lost",
    )
    .option("--from <origin>", "the partner; may be left out when this node pulls from only one")
    .option("--discard-local-changes", "go on although what only this node has will be lost")
    .option("--i-want-to-refresh-this-servers-database", "the same, under the name that kanidmd has for it");
  const example = "concordat refresh-replication-consumer --from repl://localhost:8444";
  defineCommand<RefreshCommandOptions>(command, example, ({ terminal, withDaemon }, options) => {
    const discard = options.discardLocalChanges === true || options.iWantToRefreshThisServersDatabase === true;
    return withDaemon((daemon) => refresh(terminal, daemon, options.from, discard));
  });
};

const refresh = async (
  terminal: Terminal,
  daemon: DaemonClient,
  from: string | undefined,
  discardLocalChanges: boolean,
): Promise<ExitCode> => {
  const outcome = await runOnce(terminal, daemon, { from, discardLocalChanges });
  if (outcome.kind === "would-discard" && terminal.interactive) {
    describeLoss(terminal, outcome);
    if (await confirm("Discard them and refresh?")) return refresh(terminal, daemon, outcome.origin, true);
    terminal.say("nothing was touched");
    return EXIT_CODE.confirmationNeeded;
  }
  return conclude(terminal, outcome);
};

/** One refresh with its progress, up to its outcome. Ctrl-C cancels it. */
const runOnce = async (
  terminal: Terminal,
  daemon: DaemonClient,
  body: { readonly from: string | undefined; readonly discardLocalChanges: boolean },
): Promise<Outcome> => {
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort();
  process.once("SIGINT", onInterrupt);
  const progress = reportProgress(terminal, "refreshing");
  try {
    const request = { method: "POST", path: "/v1/admin/refresh", body, signal: interrupted.signal } as const;
    for await (const line of daemon.lines<RefreshLine>(request)) {
      if (line.kind !== "progress") return line;
      progress.update({ ...line, entriesTotal: line.entriesEstimate, bytesTotal: undefined });
    }
    throw new CommandError("the daemon ended the refresh without an outcome", { remedy: "its log says what happened" });
  } catch (error) {
    throw interrupted.signal.aborted ? CANCELLED : error;
  } finally {
    progress.finish();
    process.off("SIGINT", onInterrupt);
  }
};

const CANCELLED = new CommandError("cancelled: nothing changed, and the next refresh goes on where this one stopped", {
  code: "cancelled",
});

const conclude = async (terminal: Terminal, outcome: Outcome): Promise<ExitCode> => {
  if (terminal.json) await terminal.print(JSON.stringify(outcome));
  switch (outcome.kind) {
    case "refreshed":
      if (!terminal.json) terminal.say(refreshedSentence(outcome));
      return EXIT_CODE.ok;
    case "would-discard":
      if (!terminal.json) describeLoss(terminal, outcome);
      throw new CommandError("this needs your consent, and nothing was touched", {
        exitCode: EXIT_CODE.confirmationNeeded,
        code: "would_discard",
        remedy: "export what you want to keep, then run it again with --discard-local-changes",
      });
    case "refused":
      throw new CommandError(outcome.reason, { code: "refused", remedy: outcome.remedy });
    case "failed":
      throw new CommandError(outcome.message, {
        exitCode: exitCodeOfFailure(outcome.code),
        relayedCode: outcome.code,
      });
  }
};

const refreshedSentence = ({ entries, origin, bytes, discarded }: Extract<Outcome, { kind: "refreshed" }>): string => {
  const lost = discarded === 0 ? "" : `; discarded ${formatEntries(discarded)} that only this node had`;
  return `refreshed: took over ${formatEntries(entries)} (${formatBytes(bytes)}) from ${origin}${lost}`;
};

const describeLoss = (terminal: Terminal, { entries, origin, sample }: WouldDiscard): void => {
  terminal.say(`${formatEntries(entries)} changed here that ${origin} does not have, and would be lost:`);
  for (const uuid of sample) terminal.say(`  ${uuid}`);
  if (entries > sample.length) terminal.say(`  and ${formatEntries(entries - sample.length)} more`);
};
