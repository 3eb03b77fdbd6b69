import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Config, ConfigError, parseConfig, type RenderConfigOptions, renderConfig } from "@concordat/config";
import type { Identity } from "@concordat/identity";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import { nodeIdentity } from "./node-identity.js";

/**
 * Writes the configuration of a new node to `file`, for its owner alone, and its identity into the directory that it names;
 * creates directories that are missing. Throws a `CommandError` for options that are none, and when there is such a file.
 */
export const initializeNode = async (
  file: string,
  options: RenderConfigOptions,
): Promise<{ readonly config: Config; readonly identity: Identity }> => {
  const text = render(options);
  await refuseExisting(file);
  const directory = dirname(resolve(file));
  await mkdir(directory, { recursive: true });
  const parsed = parseConfig(text, { file, directory });
  if (!parsed.ok) throw new CommandError("the configuration that was written for these options is not valid");
  const identity = await nodeIdentity(parsed.config);
  await writeFile(file, text, { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    throw codeOf(error) === "EEXIST" ? existing(file) : error;
  });
  return { config: parsed.config, identity };
};

const render = (options: RenderConfigOptions): string => {
  try {
    return renderConfig(options);
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
