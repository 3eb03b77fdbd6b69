import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { uuidToBytes } from "@concordat/crdt";
import { open, type RootDatabase } from "lmdb";
import { Packr } from "msgpackr";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { Subject } from "./subject.js";
import { temporaryDirectory } from "./temporary-directory.js";

/** LMDB as `storage-lmdb` opens it, without anything of ours around it. */
export const rawLmdb = (): Subject => ({
  methods: {
    writeAtOnce: (count: number) => writeAtOnce(count),
    updateAtOnce: (sizes: UpdateSizes) => updateAtOnce(sizes),
    writeOneByOne: (count: number) => writeOneByOne(count),
    readOneByOne: (count: number) => readOneByOne(count),
  },
});

/** Records from memory under random keys, in one durable transaction. Resolves to milliseconds. */
const writeAtOnce = async (count: number): Promise<number> => {
  const database = openRaw();
  const records = sampleRecords(count);
  const started = performance.now();
  await database.batch(() => {
    for (const { key, value } of records) database.put(key, value);
  });
  await database.flushed;
  const ms = performance.now() - started;
  await database.close();
  return ms;
};

export interface UpdateSizes {
  readonly entries: number;
  readonly changes: number;
  readonly from: number;
}

let updated: { readonly database: RootDatabase<Uint8Array, Uint8Array>; readonly entries: number } | undefined;

/** Replaces some of many records, in one durable transaction; the store stays for the next call. Resolves to milliseconds. */
const updateAtOnce = async ({ entries, changes, from }: UpdateSizes): Promise<number> => {
  if (updated?.entries !== entries) updated = { database: await filledRaw(entries), entries };
  const { database } = updated;
  const records = sampleRecords(changes, from);
  const started = performance.now();
  await database.batch(() => {
    for (const { key, value } of records) database.put(key, value);
  });
  await database.flushed;
  return performance.now() - started;
};

const filledRaw = async (count: number): Promise<RootDatabase<Uint8Array, Uint8Array>> => {
  const database = openRaw();
  await database.batch(() => {
    for (const { key, value } of sampleRecords(count)) database.put(key, value);
  });
  await database.flushed;
  return database;
};

/** A durable transaction a record, each once the one before is on the disk. Resolves to milliseconds. */
const writeOneByOne = async (count: number): Promise<number> => {
  const database = openRaw();
  const records = sampleRecords(count);
  const started = performance.now();
  for (const { key, value } of records) {
    await database.put(key, value);
    await database.flushed;
  }
  const ms = performance.now() - started;
  await database.close();
  return ms;
};

const readOneByOne = async (count: number): Promise<number> => {
  const database = await filledRaw(count);
  const records = sampleRecords(count);
  const started = performance.now();
  for (const { key } of records) database.getBinary(key);
  const ms = performance.now() - started;
  await database.close();
  return ms;
};

const openRaw = (): RootDatabase<Uint8Array, Uint8Array> =>
  open<Uint8Array, Uint8Array>(join(temporaryDirectory("raw-lmdb"), "raw.mdb"), {
    encoding: "binary",
    keyEncoding: "binary",
    cache: false,
    overlappingSync: false,
    eventTurnBatching: false,
    noSubdir: true,
    mapSize: 2 ** 36,
  });

const sampleRecords = (count: number, from = 0) => {
  const packr = new Packr({ useRecords: false });
  return Array.from({ length: count }, (_, index) => ({
    key: uuidToBytes(sampleUuid(from + index)),
    value: new Uint8Array(packr.pack(sampleAttributes(from + index))),
  }));
};
