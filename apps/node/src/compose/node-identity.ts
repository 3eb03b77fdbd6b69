import { randomBytes } from "node:crypto";
import type { Config, ReplicationConfig } from "@concordat/config";
import { type Identity, loadOrCreateIdentity } from "@concordat/identity";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";

/** The identity in the node's directory, made when there is none yet: replication has to be configured for it. */
export const nodeIdentity = async (config: Config): Promise<Identity> => {
  const { origin } = replicationOf(config);
  return loadOrCreateIdentity(config.dbPath, { origin: origin.text, nowMs: Date.now(), randomBytes });
};

/** Throws a `CommandError` for a node without `[replication]`. */
export const replicationOf = ({ replication }: Config): ReplicationConfig => {
  if (replication === undefined) {
    throw new CommandError("this node has no identity: its configuration has no [replication]", {
      exitCode: EXIT_CODE.badConfiguration,
      code: "replication_not_configured",
      remedy: "add [replication] with origin and bindaddress",
    });
  }
  return replication;
};
