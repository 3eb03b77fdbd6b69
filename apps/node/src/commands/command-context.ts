import type { Config } from "@concordat/config";
import { type Command, Option } from "commander";
import { type DaemonClient, withDaemon } from "../client/daemon-client.js";
import { loadConfig } from "../compose/config-file.js";
import { describeFailure, type Failure } from "../describe-failure.js";
import { errorPageOf } from "../error-page.js";
import type { ExitCode } from "../exit-code.js";
import { printable } from "../terminal/printable.js";
import { createTerminal, type Terminal } from "../terminal/terminal.js";

/** What every command has at hand. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** As it was named. */
  readonly file: string;
  /** Throws a `CommandError` with everything that is wrong with the file. */
  loadConfig(): Promise<Config>;
  /** Runs `work` against the running daemon. */
  withDaemon<T>(work: (daemon: DaemonClient) => Promise<T>): Promise<T>;
}

export interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** What a command does. Data goes to the terminal; whatever it throws is told in a sentence. */
export type Work<Options> = (
  context: CommandContext,
  options: Options & CommonOptions,
  ...values: (string | undefined)[]
) => Promise<ExitCode>;

/** Gives `command` the options that all have, an example, and its work. */
export const defineCommand = <Options>(command: Command, example: string, work: Work<Options>): Command =>
  command
    .addOption(
      new Option("-c, --config <file>", "the node's configuration").env("CONCORDAT_CONFIG").default("server.toml"),
    )
    .option("--json", "data as JSON, errors as one line of JSON")
    .addHelpText("after", `\nExample:\n  ${example.split("\n").join("\n  ")}`)
    .action(async (...parameters: unknown[]) => {
      const options = parameters.at(-2) as Options & CommonOptions;
      const values = parameters.slice(0, -2) as (string | undefined)[];
      process.exitCode = await perform(work, options, values);
    });

const perform = async <Options>(
  work: Work<Options>,
  options: Options & CommonOptions,
  values: readonly (string | undefined)[],
): Promise<ExitCode> => {
  const terminal = createTerminal(options.json === true);
  const file = options.config;
  const context: CommandContext = {
    terminal,
    file,
    loadConfig: () => loadConfig(file),
    withDaemon: async (talk) => withDaemon({ file, config: await loadConfig(file) }, talk),
  };
  try {
    return await work(context, options, ...values);
  } catch (error) {
    const failure = describeFailure(error);
    tellFailure(terminal, failure);
    return failure.exitCode;
  }
};

const tellFailure = (terminal: Terminal, { message, remedy, details, code }: Failure): void => {
  const page = errorPageOf(code);
  if (terminal.json) {
    terminal.say(JSON.stringify({ error: { code, message, remedy, details, page } }));
    return;
  }
  for (const detail of details) terminal.say(detail);
  terminal.say(`concordat: ${printable(message)}`);
  if (remedy !== undefined) terminal.say(`  ${printable(remedy)}`);
  if (page !== undefined) terminal.say(`  ${page}`);
};
