import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStorage } from "@concordat/storage/testing";
import { lmdbStorage } from "./lmdb-storage.js";

describeStorage("lmdbStorage", async () => {
  const directory = await mkdtemp(join(tmpdir(), "storage-lmdb-"));
  return {
    storage: lmdbStorage(directory),
    reopen: async () => lmdbStorage(directory),
    cleanup: () => rm(directory, { recursive: true }),
  };
});
