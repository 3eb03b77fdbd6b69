import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";
import { examinationLines } from "./finding-lines.js";

/** `concordat doctor` */
export const addDoctor = (program: Command): void => {
  const command = program
    .command("doctor")
    .description(
      "name what is wrong, what it means, and the command that mends it, with the daemon running or not; exits 6 when something degrades the node",
    );
  defineCommand(command, "concordat doctor", async ({ terminal, file }) => {
    const { examine } = await import("../doctor/examine.js");
    const examination = await examine(file);
    if (terminal.json) await terminal.print(JSON.stringify(examination));
    else for (const line of examinationLines(examination, terminal.style)) await terminal.print(line);
    return examination.findings.some(({ degrades }) => degrades) ? EXIT_CODE.degraded : EXIT_CODE.ok;
  });
};
