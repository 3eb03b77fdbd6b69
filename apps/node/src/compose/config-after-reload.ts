import type { Config, ReplicationConfig } from "@concordat/config";

/** What a node that runs with `running` runs with once it has read `file`; what else `file` says waits for a restart. Pure. */
export const configAfterReload = (running: Config, file: Config): Config => {
  const { dbPath, adminBindPath, bindAddress, storage } = running;
  return {
    ...file,
    dbPath,
    adminBindPath,
    bindAddress,
    storage,
    // Renewed files count at once. Whether the port speaks TLS at all is settled when it opens.
    api: running.api.tls && file.api.tls ? file.api : running.api,
    replication: running.replication && replicationAfterReload(running.replication, file.replication),
  };
};

const replicationAfterReload = (running: ReplicationConfig, file: ReplicationConfig | undefined): ReplicationConfig => {
  if (file === undefined) return { ...running, partners: [] };
  const { origin, bindAddress, uniqueConflict } = running;
  return { ...file, origin, bindAddress, uniqueConflict };
};
