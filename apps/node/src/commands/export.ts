import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

/** `concordat export` */
export const addExport = (program: Command): void => {
  const command = program
    .command("export")
    .description("print all entries of one moment as NDJSON, sorted by uuid: what import reads");
  defineCommand(command, "concordat export > entries.ndjson", async ({ terminal, withDaemon }) => {
    await withDaemon(async (daemon) => {
      for await (const chunk of daemon.bytes({ method: "GET", path: "/v1/admin/export" })) await terminal.write(chunk);
    });
    return EXIT_CODE.ok;
  });
};
