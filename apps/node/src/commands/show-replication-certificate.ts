import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

/** `concordat show-replication-certificate`: the one line that goes into a partner's configuration, and nothing else. */
export const addShowCertificate = (program: Command): void => {
  const command = program
    .command("show-replication-certificate")
    .description("print this node's certificate, for its partners' configurations");
  defineCommand(command, "concordat show-replication-certificate -c server.toml", async ({ terminal, loadConfig }) => {
    const [{ nodeIdentity }, { loadSuccessor }] = await Promise.all([
      import("../compose/node-identity.js"),
      import("@concordat/identity"),
    ]);
    const config = await loadConfig();
    const { base64 } = (await nodeIdentity(config)).certificate;
    const successor = (await loadSuccessor(config.dbPath))?.certificate;
    await terminal.print(
      terminal.json
        ? JSON.stringify({ certificate: base64, ...(successor && { successor: successor.base64 }) })
        : `certificate: "${base64}"`,
    );
    if (successor)
      terminal.say(
        `this node is going over to another certificate, ${successor.fingerprintSha256}: a partner that pins this one hears of it by itself`,
      );
    return EXIT_CODE.ok;
  });
};
