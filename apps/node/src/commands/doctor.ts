import type { Command } from "commander";
import type { NodeStatus } from "../admin/node-status.js";
import { diagnose } from "../doctor/diagnose.js";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";
import { findingLines } from "./finding-lines.js";

/** `concordat doctor` */
export const addDoctor = (program: Command): void => {
  const command = program
    .command("doctor")
    .description("name what is wrong, what it means, and the command that mends it; exits 6 when there is something");
  defineCommand(command, "concordat doctor", ({ terminal, withDaemon }) =>
    withDaemon(async (daemon) => {
      const status = await daemon.json<NodeStatus>({ method: "GET", path: "/v1/status" });
      const findings = diagnose(status);
      if (terminal.json) await terminal.print(JSON.stringify({ verdict: status.verdict, findings }));
      else for (const line of findingLines(status.verdict, findings, terminal.style)) await terminal.print(line);
      return findings.length === 0 ? EXIT_CODE.ok : EXIT_CODE.degraded;
    }),
  );
};
