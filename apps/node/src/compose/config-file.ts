import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Config, formatIssue, type ParseConfigResult, parseConfig } from "@concordat/config";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";

/** Reads and checks the file. Throws a `CommandError` when there is nothing to read. */
export const readConfigFile = async (file: string): Promise<ParseConfigResult> => {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  return parseConfig(text, { file, directory: dirname(resolve(file)), environment: process.env });
};

/** The configuration in `file`, or a `CommandError` that lists everything that is wrong with it. */
export const loadConfig = async (file: string): Promise<Config> => {
  const result = await readConfigFile(file);
  if (result.ok) return result.config;
  throw badConfiguration(file, result.errors.map(formatIssue));
};

export const badConfiguration = (file: string, details: readonly string[]): CommandError =>
  new CommandError(`${file} has ${details.length === 1 ? "an error" : `${details.length} errors`}`, {
    exitCode: EXIT_CODE.badConfiguration,
    code: "bad_configuration",
    details,
  });

const unreadable = (file: string, cause: unknown): CommandError => {
  const isMissing = codeOf(cause) === "ENOENT";
  return new CommandError(isMissing ? `there is no ${file}` : `cannot read ${file} (${codeOf(cause)})`, {
    exitCode: EXIT_CODE.badConfiguration,
    code: "configuration_unreadable",
    remedy: isMissing
      ? "name the file with --config or CONCORDAT_CONFIG, or make one: concordat init --origin repl://host:port"
      : "check the file's rights",
    cause,
  });
};
