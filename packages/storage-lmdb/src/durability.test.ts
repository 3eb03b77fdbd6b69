import { copyFileSync, existsSync, readFileSync, statfsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Storage, Store } from "@concordat/storage";
import { open } from "lmdb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lmdbStorage } from "./lmdb-storage.js";

// Beside the sources, not in the system's folder for temporary files: that one is often in memory, where nothing is synced.
const scratch = new URL("../node_modules/.cache/", import.meta.url).pathname;
const TMPFS = 0x01021994;
const ROUNDS = 20;

const canSeeDirtyPages = (): boolean =>
  existsSync("/proc/self/smaps") && statfsSync(new URL(".", import.meta.url)).type !== TMPFS;

/**
 * How much of `file`, of what this process has mapped, has not reached the disk, in KiB: what the kernel itself counts as
 * dirty. A sync leaves none.
 */
const dirtyKibibytes = (file: string): number => {
  let mapped = "";
  let dirty = 0;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (mapping) mapped = mapping[1] ?? "";
    else if (mapped === file) dirty += Number(/^(?:Shared|Private)_Dirty:\s+(\d+) kB$/.exec(line)?.[1] ?? 0);
  }
  return dirty;
};

const key = (round: number, row: number): Uint8Array => Buffer.from(`${round}/${row}`);

const batch = (round: number) => ({
  operations: Array.from({ length: 200 }, (_, row) => ({ key: key(round, row), value: Buffer.alloc(450, round) })),
});

describe("a resolved commit is on the disk", () => {
  let directory: string;
  let file: string;
  let storage: Storage;
  let store: Store;

  beforeEach(async () => {
    await mkdir(scratch, { recursive: true });
    directory = await mkdtemp(join(scratch, "durability-"));
    file = join(directory, "main.mdb");
    storage = lmdbStorage(directory);
    await storage.open();
    store = await storage.openStore("main");
  });

  afterEach(async () => {
    await storage.close();
    await rm(directory, { recursive: true });
  });

  it.runIf(canSeeDirtyPages())("the kernel has no page of it left to write", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await store.commit(batch(round));
      // Touches every new page, so that it is mapped and counted.
      await store.getMany(batch(round).operations.map((operation) => operation.key));
      expect(dirtyKibibytes(file)).toBe(0);
    }
  });

  it("is not visible any earlier: whatever a read shows, LMDB finds again after a loss of power", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const committed = store.commit(batch(round));
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const [seen] = await store.getMany([key(round, 0)]);
        if (seen !== undefined) break;
      }
      const copy = join(directory, `after-power-loss-${round}.mdb`);
      copyFileSync(file, copy);
      expect(await foundAfterPowerLoss(copy, key(round, 199))).toBe(true);
      await committed;
    }
  });
});

/** Opens a copy as LMDB does after a restart of the machine: it takes the last state that it knows to have been synced. */
const foundAfterPowerLoss = async (copy: string, wanted: Uint8Array): Promise<boolean> => {
  const options = { noSubdir: true, overlappingSync: true, safeRestore: true } as const;
  const database = open<Uint8Array, Uint8Array>(copy, { encoding: "binary", keyEncoding: "binary", ...options });
  const found = database.get(wanted) !== undefined;
  await database.close();
  return found;
};
