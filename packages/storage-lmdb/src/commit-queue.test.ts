import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CommitQueue } from "./commit-queue.js";
import { type Environment, openEnvironment } from "./environment.js";
import { packBatch } from "./packed-batch.js";

let directory: string;
let environment: Environment;
let queue: CommitQueue;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "storage-lmdb-queue-"));
  const file = join(directory, "main.mdb");
  environment = openEnvironment(file, 1 << 30);
  queue = new CommitQueue(environment, file, 1 << 30);
});

afterEach(async () => {
  await environment.close();
  await rm(directory, { recursive: true });
});

const commit = (name: string, valueBytes: number): Promise<void> =>
  queue.commit(packBatch({ operations: [{ key: Buffer.from(name), value: Buffer.alloc(valueBytes) }] }));

const transactions = (): number => (environment.getStats() as { readonly lastTxnId: number }).lastTxnId;

it("puts what waits into one transaction, so that many writers share one sync", async () => {
  const first = transactions();
  await Promise.all(Array.from({ length: 100 }, (_, n) => commit(`key ${n}`, 10)));
  expect(transactions()).toBe(first + 1);
});

it("ends a group at 16 MiB", async () => {
  const first = transactions();
  await Promise.all(Array.from({ length: 9 }, (_, n) => commit(`key ${n}`, 4 << 20)));
  expect(transactions()).toBe(first + 3);
});

/** Commits on which so many times `error` comes from below, before LMDB gets to do anything. */
const failingTimes = (times: number, error: Error): Environment => {
  let left = times;
  const fail = () => Promise.reject(Object.assign(new Error("Commit failed"), { commitError: Promise.reject(error) }));
  return Object.create(environment, {
    batch: {
      value: (work: () => void) => {
        left -= 1;
        return left >= 0 ? fail() : environment.batch(work);
      },
    },
    flushed: { get: () => environment.flushed },
  });
};

const cutOff = (): Error => Object.assign(new Error("Input/output error"), { code: constants.errno.EIO });

it("writes once more what was cut off for want of room, where somebody has made room since", async () => {
  queue = new CommitQueue(failingTimes(1, cutOff()), join(directory, "main.mdb"), 1 << 30);
  await Promise.all([commit("a", 10), commit("b", 10)]);
  await commit("c", 10);
  for (const name of ["a", "b", "c"]) expect(environment.getBinary(Buffer.from(name))?.length).toBe(10);
});

it("refuses every commit after the disk has failed, and names the failure", async () => {
  const ioError = cutOff();
  queue = new CommitQueue(failingTimes(Number.POSITIVE_INFINITY, ioError), "main.mdb", 1 << 30);
  const outcomes = await Promise.allSettled([commit("a", 10), commit("b", 10)]);
  outcomes.push(...(await Promise.allSettled([commit("c", 10)])));
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ reason: { code: "store_io", cause: ioError, isFinal: true } });
});
