import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lmdbStorage } from "./lmdb-storage.js";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "storage-lmdb-lock-"));
});

afterEach(() => rm(directory, { recursive: true }));

const holder = async (): Promise<{ readonly child: ChildProcess; readonly said: string }> => {
  const child = spawn(process.execPath, ["test/lock-holder.mjs", directory], {
    cwd: new URL("..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
};

const kill = async ({ child }: { readonly child: ChildProcess }): Promise<void> => {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
};

it("refuses a directory that another process has open, naming both", async () => {
  const other = await holder();
  expect(other.said).toBe("open");
  const refusal = lmdbStorage(directory).open();
  await expect(refusal).rejects.toMatchObject({ code: "storage_locked" });
  await expect(refusal).rejects.toThrow(directory);
  await expect(refusal).rejects.toThrow(`process ${other.child.pid}`);
  await kill(other);
});

it("is free again as soon as its holder is killed, time after time", async () => {
  for (let round = 0; round < 3; round++) await kill(await holder());
  const storage = lmdbStorage(directory);
  await storage.open();
  await storage.close();
});

it("stays taken when others have been refused, in this process and in another", async () => {
  const storage = lmdbStorage(directory);
  await storage.open();
  for (let round = 0; round < 3; round++)
    await expect(lmdbStorage(directory).open()).rejects.toMatchObject({ code: "storage_locked" });
  const refused = await holder();
  expect(refused.said).toMatch(`storage_locked ${directory} is open already, in process ${process.pid}`);
  const again = await holder();
  expect(again.said).toMatch("storage_locked");
  await storage.close();
  const admitted = await holder();
  expect(admitted.said).toBe("open");
  await kill(admitted);
});

it("lets in at most one of many that come at once", async () => {
  const openers = await Promise.all(Array.from({ length: 4 }, holder));
  expect(openers.filter(({ said }) => said === "open").length).toBeLessThanOrEqual(1);
  await Promise.all(openers.filter(({ said }) => said === "open").map(kill));
  const storage = lmdbStorage(directory);
  await storage.open();
  await storage.close();
});
