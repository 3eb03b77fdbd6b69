import type { Config } from "@concordat/config";
import { memoryStorage, type Storage } from "@concordat/storage";

/** The storage that the configuration names, not opened yet. `unsupportedSettings` has refused what is not built. */
export const nodeStorage = async (config: Config): Promise<Storage> => {
  if (config.storage.type === "memory") return memoryStorage();
  const { lmdbStorage } = await import("@concordat/storage-lmdb");
  return lmdbStorage(config.dbPath);
};
