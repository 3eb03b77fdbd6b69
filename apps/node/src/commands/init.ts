import { resolve } from "node:path";
import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

interface InitOptions {
  readonly origin: string;
  readonly bindaddress?: string;
  readonly dbPath?: string;
}

/** `concordat init` */
export const addInit = (program: Command): void => {
  const command = program
    .command("init")
    .description("write server.toml and create the node's identity")
    .requiredOption("--origin <repl://host:port>", "where the other nodes will connect to")
    .option("--bindaddress <host:port>", "serve the data API over TCP as well")
    .option("--db-path <directory>", "where the database and the identity are kept, ./data beside the file by default");
  defineCommand<InitOptions>(command, "concordat init --origin repl://localhost:8444", async (context, options) => {
    const { terminal, file } = context;
    const { initializeNode } = await import("../compose/initialize-node.js");
    const { config, identity } = await initializeNode(file, {
      origin: options.origin,
      ...(options.bindaddress !== undefined && { bindAddress: options.bindaddress }),
      ...(options.dbPath !== undefined && { dbPath: options.dbPath }),
    });
    const { base64, fingerprintSha256 } = identity.certificate;
    if (terminal.json) {
      await terminal.print(JSON.stringify({ config: resolve(file), certificate: base64, fingerprintSha256 }));
      return EXIT_CODE.ok;
    }
    terminal.say(`wrote ${file}, and an identity into ${config.dbPath}`);
    terminal.say(`  start the node: concordat server -c ${file}`);
    return EXIT_CODE.ok;
  });
};
