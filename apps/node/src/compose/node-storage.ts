import type { Config } from "@concordat/config";
import { memoryStorage, type Storage } from "@concordat/storage";

/** The storage that the configuration names, not opened yet. A program loads the one that it uses. */
export const nodeStorage = async ({ storage, dbPath }: Config): Promise<Storage> => {
  switch (storage.type) {
    case "memory":
      return memoryStorage();
    case "postgres": {
      const { postgresStorage } = await import("@concordat/storage-postgres");
      const { projectEntries } = await import("./entry-projection.js");
      return postgresStorage(storage.url, storage.sqlEntries ? { entries: projectEntries } : {});
    }
    case "lmdb": {
      const { lmdbStorage } = await import("@concordat/storage-lmdb");
      return lmdbStorage(dbPath);
    }
  }
};
