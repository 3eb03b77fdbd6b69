import type { Config } from "@concordat/config";
import type { Replica } from "@concordat/replica";
import type { DaemonClient } from "../client/daemon-client.js";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import type { CommandContext } from "./command-context.js";

/** Asks the daemon; where it does not run, opens the database itself, under the same lock, without partners. */
export const withDaemonOrReplica = async <T>(
  { withDaemon, loadConfig }: CommandContext,
  ask: (daemon: DaemonClient) => Promise<T>,
  open: (replica: Replica) => Promise<T>,
): Promise<T> => {
  try {
    return await withDaemon(ask);
  } catch (error) {
    if (!isNotRunning(error)) throw error;
  }
  return withStoppedReplica(await loadConfig(), open);
};

export const isNotRunning = (error: unknown): boolean =>
  error instanceof CommandError && error.exitCode === EXIT_CODE.daemonNotRunning;

const withStoppedReplica = async <T>(config: Config, work: (replica: Replica) => Promise<T>): Promise<T> => {
  const { openStoppedReplica } = await import("../compose/node-replica.js");
  const replica = await openStoppedReplica(config);
  if (replica === undefined) {
    throw new CommandError(`there is no database in ${config.dbPath} yet`, { code: "no_database" });
  }
  try {
    return await work(replica);
  } finally {
    await replica.close();
  }
};
