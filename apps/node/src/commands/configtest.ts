import { formatIssue } from "@concordat/config";
import type { Command } from "commander";
import { badConfiguration, readConfigFile } from "../compose/config-file.js";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

/** `concordat configtest` */
export const addConfigtest = (program: Command): void => {
  const command = program.command("configtest").description("check the configuration, and start nothing");
  defineCommand(command, "concordat configtest -c server.toml", async ({ terminal, file }) => {
    const result = await readConfigFile(file);
    if (!result.ok && terminal.json) {
      await terminal.print(JSON.stringify({ ok: false, file, issues: result.errors }));
      return EXIT_CODE.badConfiguration;
    }
    if (!result.ok) throw badConfiguration(file, result.errors.map(formatIssue));
    await terminal.print(terminal.json ? JSON.stringify({ ok: true, file, issues: [] }) : `${file} is valid`);
    return EXIT_CODE.ok;
  });
};
