import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { NodeStatus } from "../admin/node-status.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";
import { statusLines } from "./status-lines.js";

interface StatusOptions {
  readonly watch?: boolean;
}

const WATCH_INTERVAL_MS = 2_000;

/** `concordat status` */
export const addStatus = (program: Command): void => {
  const command = program
    .command("status")
    .description("say how the node is, and each of its partners; exits 6 when one needs attention")
    .option("--watch", "again every two seconds, until interrupted");
  defineCommand<StatusOptions>(command, "concordat status --watch", ({ terminal, withDaemon }, { watch }) =>
    withDaemon((daemon) => (watch ? showForever(terminal, daemon) : show(terminal, daemon))),
  );
};

const show = async (terminal: Terminal, daemon: DaemonClient): Promise<ExitCode> => {
  const status = await daemon.json<NodeStatus>({ method: "GET", path: "/v1/admin/status" });
  if (terminal.json) await terminal.print(JSON.stringify(status));
  else for (const line of statusLines(status, terminal.style, Date.now())) await terminal.print(line);
  return status.health === "ok" ? EXIT_CODE.ok : EXIT_CODE.degraded;
};

const showForever = async (terminal: Terminal, daemon: DaemonClient): Promise<ExitCode> => {
  process.once("SIGINT", () => process.exit(EXIT_CODE.ok));
  for (;;) {
    if (process.stdout.isTTY && !terminal.json) await terminal.write(CLEAR_SCREEN);
    await show(terminal, daemon);
    await sleep(WATCH_INTERVAL_MS);
  }
};

const CLEAR_SCREEN = new TextEncoder().encode("\u001b[H\u001b[2J");
