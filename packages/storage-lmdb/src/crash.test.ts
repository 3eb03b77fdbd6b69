import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lmdbStorage } from "./lmdb-storage.js";

const CYCLES = 15;
const ROWS = 8;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "storage-lmdb-crash-"));
});

afterAll(() => rm(directory, { recursive: true }));

/** When a writer dies: so long after it has acknowledged so many batches, which may be in the middle of any later one. */
interface Moment {
  readonly acknowledgements: number;
  readonly afterMs: number;
}

/** Runs the writer and kills it without warning. Answers the numbers it acknowledged. */
const runUntilKilled = async (first: number, { acknowledgements, afterMs }: Moment): Promise<number[]> => {
  const writer: ChildProcess = spawn(process.execPath, ["test/crash-writer.mjs", directory, String(first)], {
    cwd: new URL("..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(writer, "close");
  const acknowledged: number[] = [];
  if (writer.stdout === null) throw new Error("the writer has no stdout");
  for await (const line of createInterface(writer.stdout)) {
    acknowledged.push(Number(line));
    if (acknowledged.length === acknowledgements) setTimeout(() => writer.kill("SIGKILL"), afterMs);
  }
  await closed;
  return acknowledged;
};

/** Which numbers are in the store, by how many of their rows. */
const rowsByNumber = async (): Promise<Map<number, number>> => {
  const storage = lmdbStorage(directory);
  await storage.open();
  const store = await storage.openStore("main");
  const snapshot = await store.snapshot();
  const { rows } = await snapshot.scan({ from: new Uint8Array(0) }, { rowsMax: 1e6, bytesMax: 1 << 30 });
  await storage.close();
  const counts = new Map<number, number>();
  for (const { key } of rows) {
    const number = Number(Buffer.from(key).toString().slice(0, 8));
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return counts;
};

it("kill -9: whatever was acknowledged is there, every batch whole or not at all, in order", {
  timeout: 120_000,
}, async () => {
  const seed = Number(process.env.CONCORDAT_SEED ?? Math.floor(Math.random() * 1e6));
  const replay = `again with CONCORDAT_SEED=${seed}`;
  const acknowledged: number[] = [];
  let first = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const random = seed * 7919 + cycle * 104_729;
    const moment = { acknowledgements: 1 + (random % 90), afterMs: random % 13 };
    acknowledged.push(...(await runUntilKilled(first, moment)));
    const counts = await rowsByNumber();
    expect(
      acknowledged.filter((number) => !counts.has(number)),
      replay,
    ).toEqual([]);
    expect(
      [...counts].filter(([, rows]) => rows !== ROWS),
      replay,
    ).toEqual([]);
    first = counts.size;
    expect([...counts.keys()], replay).toEqual(Array.from({ length: first }, (_, number) => number));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(CYCLES);
});
