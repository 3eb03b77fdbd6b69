import { mkdir, stat } from "node:fs/promises";
import type { Config } from "@concordat/config";
import { type CertificateExchange, openReplica, type Replica, type ReplicaOptions } from "@concordat/replica";
import { StorageError } from "@concordat/storage";
import type { Logger } from "../log/logger.js";
import { replicaLog } from "../log/replica-log.js";
import type { NodeMetrics } from "../metrics/node-metrics.js";
import { timedStorage } from "../metrics/timed-storage.js";
import { SOFTWARE } from "../version.js";
import { exportDiscarded } from "./discard-export.js";
import { liveSettings } from "./live-settings.js";
import { nodeStorage } from "./node-storage.js";
import type { PartnerSet } from "./partner-set.js";

export interface NodeReplicaOptions {
  readonly config: Config;
  readonly partners: PartnerSet;
  readonly certificates: CertificateExchange | undefined;
  readonly logger: Logger;
  readonly metrics: Pick<NodeMetrics, "observeCommit">;
  /** Told once it is known that nothing can be written any more. */
  readonly onStorageLost: (error: StorageError) => void;
}

/** The replica in the node's directory. What an automatic refresh or a restore discards is kept beside it. */
export const openNodeReplica = async ({
  config,
  partners,
  certificates,
  logger,
  metrics,
  onStorageLost,
}: NodeReplicaOptions): Promise<Replica> => {
  const { dbPath, attributes, replication } = config;
  await mkdir(dbPath, { recursive: true, mode: 0o700 });
  return openReplica({
    storage: timedStorage(await nodeStorage(config), (seconds, error) => {
      metrics.observeCommit(seconds, error);
      if (error instanceof StorageError && error.isFinal) onStorageLost(error);
    }),
    attributes,
    partners: partners.replace(replication?.partners ?? []),
    ...liveSettings(config),
    ...(replication && { uniqueConflict: replication.uniqueConflict }),
    ...(certificates && { certificates }),
    software: SOFTWARE,
    log: replicaLog(logger),
    onDiscard: keepDiscarded(dbPath, logger),
  });
};

const keepDiscarded =
  (directory: string, logger: Logger): NonNullable<ReplicaOptions["onDiscard"]> =>
  async (discarded) => {
    const { path, entries } = await exportDiscarded(directory, discarded, new Date());
    logger.warn(
      { event: "discarded_exported", path, entries },
      `${entries} entries that only this node has are discarded; they are kept in ${path}`,
    );
  };

/**
 * The replica of a node that does not run, without partners; `undefined` when it has no database yet. Throws
 * `storage_locked` when the node does run.
 */
export const openStoppedReplica = async (config: Config): Promise<Replica | undefined> => {
  const storage = await nodeStorage(config);
  const current = (await isDirectory(config.dbPath)) ? await storage.open() : undefined;
  await storage.close();
  if (current === undefined) return undefined;
  const { attributes, replication } = config;
  return openReplica({
    storage: await nodeStorage(config),
    attributes,
    ...(replication && { uniqueConflict: replication.uniqueConflict }),
  });
};

const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
