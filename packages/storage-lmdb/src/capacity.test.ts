import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Operation, Storage, Store } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lmdbStorage } from "./lmdb-storage.js";

const key = (n: number): Uint8Array => Buffer.from(`key ${String(n).padStart(6, "0")}`);
const put = (n: number, bytes = 1000): Operation => ({ key: key(n), value: Buffer.alloc(bytes, n) });
const MAP_BYTES_MAX = 1 << 20;

let directory: string;
let storage: Storage;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "storage-lmdb-full-"));
  storage = lmdbStorage(directory, { mapBytesMax: MAP_BYTES_MAX });
  await storage.open();
  store = await storage.openStore("main");
});

afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

/** Commits ten rows at a time until the store is full. Answers how many rows there are. */
const fill = async (): Promise<number> => {
  for (let rows = 0; ; rows += 10) {
    try {
      await store.commit({ operations: Array.from({ length: 10 }, (_, n) => put(rows + n)) });
    } catch (error) {
      expect(error).toMatchObject({ code: "store_full" });
      return rows;
    }
  }
};

describe("mapBytesMax", () => {
  it("refuses what could pass it with nothing applied; reads go on", async () => {
    const rows = await fill();
    expect(rows).toBeGreaterThan(400);
    const found = await store.getMany(Array.from({ length: rows + 10 }, (_, n) => key(n)));
    expect(found.filter((value) => value !== undefined).length).toBe(rows);
    expect((await stat(join(directory, "main.mdb"))).size).toBeLessThan(2 * MAP_BYTES_MAX);
  });

  it("lets deletions through, and after them commits", async () => {
    const rows = await fill();
    await store.commit({ operations: Array.from({ length: rows / 2 }, (_, n) => ({ key: key(n), value: undefined })) });
    await store.commit({ operations: Array.from({ length: rows / 4 }, (_, n) => put(n)) });
    expect(await store.getMany([key(0), key(rows - 1)])).not.toContain(undefined);
  });

  it("refuses one commit of a group for its size and writes the others", async () => {
    const results = await Promise.allSettled([
      store.commit({ operations: [put(1)] }),
      store.commit({ operations: [put(2, 5 << 20)] }),
      store.commit({ operations: [put(3)] }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const found = await store.getMany([key(1), key(2), key(3)]);
    expect(found.map((value) => value?.length)).toEqual([1000, undefined, 1000]);
  });

  it("is not used up by overwriting: freed pages are used again", async () => {
    for (let round = 0; round < 100; round++)
      await store.commit({ operations: Array.from({ length: 100 }, (_, n) => put(n, 900 + round)) });
    expect((await stat(join(directory, "main.mdb"))).size).toBeLessThan(2 * MAP_BYTES_MAX);
  });
});

/** Raises a limit of a process that runs; part of util-linux. */
const hasPrlimit = spawnSync("prlimit", ["--version"]).status === 0;

it.runIf(hasPrlimit).each([
  ["between two pages", 2 << 20],
  ["in the middle of a page, and of a write", (2 << 20) + 1_234],
])(
  "a full disk is store_full, too: reads go on, and so do commits once there is room; it ends %s",
  async (_where, bytes) => {
    const args = [`--fsize=${bytes}:unlimited`, process.execPath, "test/full-disk.mjs", join(directory, "small")];
    const child = spawn("prlimit", args, {
      cwd: new URL("..", import.meta.url),
      // lmdb-js writes about it on stderr.
      stdio: ["ignore", "pipe", "ignore"],
    });
    const outcome = JSON.parse(await text(child.stdout));
    const { written } = outcome;
    expect(written).toBeGreaterThan(20);
    expect(outcome).toEqual({ code: "store_full", written, atFull: 2 * written, withRoom: 2 * written + 2 });
  },
);
