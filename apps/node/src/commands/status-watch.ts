import { setTimeout as sleep } from "node:timers/promises";
import type { NodeStatus } from "../admin/node-status.js";
import { CommandError } from "../command-error.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import { printable } from "../terminal/printable.js";
import type { Terminal } from "../terminal/terminal.js";
import { type Seen, type StateChange, stateChanges } from "./status-changes.js";
import { statusLines } from "./status-lines.js";

const WATCH_INTERVAL_MS = 1_000;

/** Until interrupted, over restarts of the daemon: redraws on a terminal; elsewhere tells each change of a state once. */
export const watchStatus = async (terminal: Terminal, read: () => Promise<NodeStatus>): Promise<ExitCode> => {
  process.once("SIGINT", () => process.exit(EXIT_CODE.ok));
  const draws = process.stdout.isTTY === true && !terminal.json;
  let before: Seen | undefined;
  for (;;) {
    const seen = await readOrStopped(read);
    if (draws) await redraw(terminal, seen);
    else await tell(terminal, seen, stateChanges(before, seen));
    before = seen;
    await sleep(WATCH_INTERVAL_MS);
  }
};

/** A daemon that is not there now may come back. */
const readOrStopped = (read: () => Promise<NodeStatus>): Promise<Seen> =>
  read().catch((error: unknown) => {
    if (error instanceof CommandError && STOPPED.has(error.code)) return { stopped: error.message };
    throw error;
  });

const STOPPED: ReadonlySet<string> = new Set(["daemon_not_running", "daemon_gone"]);

const redraw = async (terminal: Terminal, seen: Seen): Promise<void> => {
  const nowMs = Date.now();
  const lines =
    "stopped" in seen ? [terminal.style.bad(printable(seen.stopped))] : statusLines(seen, terminal.style, nowMs);
  await terminal.write(new TextEncoder().encode(`${CLEAR_SCREEN}${lines.join("\n")}\n`));
};

const CLEAR_SCREEN = "\u001b[H\u001b[2J";

/** With `--json` the whole status, once for all that changed at a time. */
const tell = async (terminal: Terminal, seen: Seen, changes: readonly StateChange[]): Promise<void> => {
  if (terminal.json && changes.length > 0) return terminal.print(JSON.stringify(seen));
  for (const change of changes) await terminal.print(`${new Date().toISOString()} ${changeLine(change)}`);
};

/** `repl://b:8444 in-sync -> unreachable: …` */
const changeLine = ({ of, from, to, message, remedy }: StateChange): string => {
  const states = from === undefined ? to : `${from} -> ${to ?? "gone"}`;
  return `${of} ${states}: ${printable(message)}${remedy === undefined ? "" : ` (${printable(remedy)})`}`;
};
