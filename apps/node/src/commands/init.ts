import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConfigError, parseConfig, renderConfig } from "@concordat/config";
import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
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
    const text = render(options);
    await refuseExisting(file);
    await mkdir(dirname(resolve(file)), { recursive: true });
    const parsed = parseConfig(text, { file, directory: dirname(resolve(file)) });
    if (!parsed.ok) throw new CommandError("the configuration that was written for these options is not valid");
    const { nodeIdentity } = await import("../compose/node-identity.js");
    const { certificate } = await nodeIdentity(parsed.config);
    await writeFile(file, text, { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
      throw codeOf(error) === "EEXIST" ? existing(file) : error;
    });
    const { base64, fingerprintSha256 } = certificate;
    if (terminal.json) {
      await terminal.print(JSON.stringify({ config: resolve(file), certificate: base64, fingerprintSha256 }));
      return EXIT_CODE.ok;
    }
    terminal.say(`wrote ${file}, and an identity into ${parsed.config.dbPath}`);
    terminal.say(`  start the node: concordat server -c ${file}`);
    return EXIT_CODE.ok;
  });
};

const render = ({ origin, bindaddress, dbPath }: InitOptions): string => {
  try {
    return renderConfig({
      origin,
      ...(bindaddress !== undefined && { bindAddress: bindaddress }),
      ...(dbPath !== undefined && { dbPath }),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandError(error.message, { exitCode: EXIT_CODE.usage, relayedCode: error.code, cause: error });
  }
};

const refuseExisting = async (file: string): Promise<void> => {
  const found = await stat(file).catch(() => undefined);
  if (found !== undefined) throw existing(file);
};

const existing = (file: string): CommandError =>
  new CommandError(`${file} exists already, and nothing was changed`, {
    code: "config_exists",
    remedy: "edit it, or name another file with --config",
  });
