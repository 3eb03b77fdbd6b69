import type { Config, ReplicationConfig } from "@concordat/config";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";

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
