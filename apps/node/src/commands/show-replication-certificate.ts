import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

/** `concordat show-replication-certificate`: the one line that goes into a partner's configuration, and nothing else. */
export const addShowCertificate = (program: Command): void => {
  const command = program
    .command("show-replication-certificate")
    .description("print this node's certificate, for its partners' configurations");
  defineCommand(command, "concordat show-replication-certificate -c server.toml", async ({ terminal, loadConfig }) => {
    const { nodeIdentity } = await import("../compose/node-identity.js");
    const { base64 } = (await nodeIdentity(await loadConfig())).certificate;
    await terminal.print(terminal.json ? JSON.stringify({ certificate: base64 }) : `certificate: "${base64}"`);
    return EXIT_CODE.ok;
  });
};
