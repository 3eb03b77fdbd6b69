import { randomBytes } from "node:crypto";
import type { Config } from "@concordat/config";
import { type Identity, loadOrCreateIdentity } from "@concordat/identity";
import { replicationOf } from "./replication-of.js";

/** The identity in the node's directory, made when there is none yet: replication has to be configured for it. */
export const nodeIdentity = async (config: Config): Promise<Identity> => {
  const { origin } = replicationOf(config);
  return loadOrCreateIdentity(config.dbPath, { origin: origin.text, nowMs: Date.now(), randomBytes });
};
