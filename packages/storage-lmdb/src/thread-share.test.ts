import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Storage, Store } from "@concordat/storage";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lmdbStorage } from "./lmdb-storage.js";

let directory: string;
let storage: Storage;
let store: Store;
const key = Buffer.from("key");

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "storage-lmdb-share-"));
  storage = lmdbStorage(directory);
  await storage.open();
  store = await storage.openStore("main");
  await store.commit({ operations: [{ key, value: Buffer.alloc(100) }] });
});

afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

/** Reads again and again until a timer has had its turn. Answers whether it ever had. */
const readsUntilTimer = async (read: () => Promise<unknown>): Promise<boolean> => {
  let hasFired = false;
  setTimeout(() => {
    hasFired = true;
  }, 0);
  const deadline = performance.now() + 2_000;
  while (!hasFired && performance.now() < deadline) await read();
  return hasFired;
};

it("a program that awaits one read after the other leaves turns to others", async () => {
  expect(await readsUntilTimer(() => store.getMany([key]))).toBe(true);
});

it("and so does one that scans, or reads a snapshot", async () => {
  const snapshot = await store.snapshot();
  expect(await readsUntilTimer(() => snapshot.scan({ from: key }, { rowsMax: 1, bytesMax: 1_000 }))).toBe(true);
  expect(await readsUntilTimer(() => snapshot.getMany([key]))).toBe(true);
  await snapshot.close();
});
