import type { Command } from "commander";
import type { NodeStatus } from "../admin/node-status.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";
import { statusLines } from "./status-lines.js";
import { watchStatus } from "./status-watch.js";

interface StatusOptions {
  readonly watch?: boolean;
}

/** `concordat status` */
export const addStatus = (program: Command): void => {
  const command = program
    .command("status")
    .description("say how the node is, and each of its partners; exits 6 when one needs attention")
    .option("--watch", "again and again, until interrupted; without a terminal, a line for each change of state");
  defineCommand<StatusOptions>(command, "concordat status --watch", async ({ terminal, withDaemon }, { watch }) => {
    const show = () => withDaemon((daemon) => showOnce(terminal, daemon));
    if (!watch) return show();
    return watchStatus(terminal, () => withDaemon(readStatus));
  });
};

const readStatus = (daemon: DaemonClient): Promise<NodeStatus> =>
  daemon.json<NodeStatus>({ method: "GET", path: "/v1/status" });

const showOnce = async (terminal: Terminal, daemon: DaemonClient): Promise<ExitCode> => {
  const status = await readStatus(daemon);
  if (terminal.json) await terminal.print(JSON.stringify(status));
  else for (const line of statusLines(status, terminal.style, Date.now())) await terminal.print(line);
  return status.health === "ok" ? EXIT_CODE.ok : EXIT_CODE.degraded;
};
