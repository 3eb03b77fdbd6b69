import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { connect, entryRowReader, openReplica, type Replica } from "@concordat/replica";
import type { Storage } from "@concordat/storage";
import { lmdbStorage } from "@concordat/storage-lmdb";
import { type EntryProjection, type ProjectedEntry, postgresStorage } from "@concordat/storage-postgres";
import { startPostgres } from "@concordat/storage-postgres/testing";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import { temporaryDirectory } from "../subject/temporary-directory.js";

interface Figures {
  readonly refreshPerSecond: number;
  readonly oneWriterPerSecond: number;
  readonly manyWritersPerSecond: number;
  readonly readsPerSecond: number;
}

const ENTRIES = 10_000;
const WRITES = 500;
const WRITERS = 64;
const ROUNDS = 3;

/**
 * W1 and W7 on each storage, in turn, in this process and over a channel in memory: what the storage costs, without a network.
 * A table in Markdown; of three rounds the best.
 */
export const storagesBesideOneAnother = async (): Promise<string> => {
  const server = await startPostgres();
  if (server === undefined) throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  try {
    const lmdb = () => lmdbStorage(temporaryDirectory("lmdb"));
    const url = (): string => `${server.url}?schema=bench_${randomUUID().slice(0, 8)}`;
    const postgres = () => postgresStorage(url());
    const sqlEntries = () => postgresStorage(url(), { entries: projectEntries });
    const measured: Figures[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      measured.push([await measure(lmdb), await measure(postgres), await measure(sqlEntries)]);
    }
    const rows = (Object.entries(TITLES) as [keyof Figures, string][]).map(([figure, title]) => {
      const best = [0, 1, 2].map((subject) => Math.max(...measured.map((round) => round[subject]?.[figure] ?? 0)));
      const ratios = best
        .slice(1)
        .map((perSecond) => `${shown(perSecond)}/s, ${(perSecond / (best[0] ?? 1)).toFixed(2)} ×`);
      return `| ${[title, `${shown(best[0] ?? 0)}/s`, ...ratios].join(" | ")} |`;
    });
    return ["|  | LMDB | PostgreSQL | with `sql_entries` |", "| --- | --- | --- | --- |", ...rows].join("\n");
  } finally {
    await server.stop();
  }
};

const projectEntries: EntryProjection = async (store) => {
  const read = await entryRowReader(store);
  return (operations) =>
    read(operations).map(({ uuid, entry }): ProjectedEntry => {
      if (entry === undefined) return { uuid, isDeleted: true };
      const [createdAt, modifiedAt] = [entry.createdAt, entry.modifiedAt].map(({ ts }) =>
        new Date(ts / 1_000).toISOString(),
      );
      return {
        uuid,
        attributes: JSON.stringify(entry.attributes),
        createdAt: createdAt ?? "",
        modifiedAt: modifiedAt ?? "",
      };
    });
};

const TITLES: Readonly<Record<keyof Figures, string>> = {
  refreshPerSecond: `W1 refresh of ${ENTRIES.toLocaleString("en-US")} entries`,
  oneWriterPerSecond: "W7 one writer",
  manyWritersPerSecond: `W7 ${WRITERS} writers at once`,
  readsPerSecond: "W8 reads by uuid, one by one",
};

const shown = (perSecond: number): string => Math.round(perSecond).toLocaleString("en-US");

const measure = async (newStorage: () => Storage): Promise<Figures> => {
  const supplier = await openReplica({ storage: newStorage() });
  await fill(supplier);
  const consumer = await openReplica({ storage: newStorage() });
  const refreshMs = await timed(async () => {
    const connection = connect(supplier, consumer);
    await consumer.waitFor(supplier.token(), { timeoutMs: 120_000 });
    connection.disconnect();
  });
  const oneMs = await timed(async () => {
    for (let n = 0; n < WRITES; n += 1) await consumer.create(sampleAttributes(n));
  });
  const manyMs = await timed(async () => {
    const writer = async (): Promise<void> => {
      for (let n = 0; n < WRITES / 10; n += 1) await consumer.create(sampleAttributes(n));
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
  });
  const readsMs = await timed(async () => {
    for (let n = 0; n < WRITES; n += 1) await consumer.get(sampleUuid(n));
  });
  await consumer.close();
  await supplier.close();
  return {
    refreshPerSecond: (ENTRIES / refreshMs) * 1_000,
    oneWriterPerSecond: (WRITES / oneMs) * 1_000,
    manyWritersPerSecond: ((WRITES / 10) * WRITERS * 1_000) / manyMs,
    readsPerSecond: (WRITES / readsMs) * 1_000,
  };
};

const fill = async (replica: Replica): Promise<void> => {
  for (let start = 0; start < ENTRIES; start += 1_000) {
    await replica.transact(async (tx) => {
      for (let n = start; n < start + 1_000; n += 1) await tx.put(sampleUuid(n), sampleAttributes(n));
    });
  }
};

const timed = async (work: () => Promise<void>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};
