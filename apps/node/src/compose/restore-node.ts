import type { Config } from "@concordat/config";
import { type RestoreOptions, type RestoreOutcome, restoreStorage } from "@concordat/replica";
import { exportDiscarded } from "./discard-export.js";
import { nodeStorage } from "./node-storage.js";

export interface RestoreNodeOptions extends RestoreOptions {
  /** Told where what the backup lacks was kept, and how many entries that are. */
  readonly onKept: (path: string, entries: number) => void;
}

/** Restores a node that does not run. Throws `storage_locked` when it does. */
export const restoreNode = async (
  config: Config,
  { onKept, ...options }: RestoreNodeOptions,
): Promise<RestoreOutcome> =>
  restoreStorage({
    ...options,
    storage: await nodeStorage(config),
    onDiscard: async (entries) => {
      const kept = await exportDiscarded(config.dbPath, entries, new Date());
      onKept(kept.path, kept.entries);
    },
  });
