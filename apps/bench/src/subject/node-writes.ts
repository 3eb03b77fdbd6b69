import { performance } from "node:perf_hooks";
import type { Replica } from "@concordat/replica";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";

/** Sample entries by number. */
export interface SampleRange {
  readonly from: number;
  readonly count: number;
}

export interface AttributeChange extends SampleRange {
  readonly attribute: string;
  readonly value: string;
}

export interface WriterSizes {
  readonly writers: number;
  readonly count: number;
}

const FILL_TRANSACTION = 1_000;

export const fill = async (replica: Replica, { from, count }: SampleRange): Promise<void> => {
  for (let start = from; start < from + count; start += FILL_TRANSACTION) {
    await replica.transact(async (transaction) => {
      const end = Math.min(start + FILL_TRANSACTION, from + count);
      for (let index = start; index < end; index += 1)
        await transaction.create(sampleAttributes(index), { uuid: sampleUuid(index) });
    });
  }
};

/** One attribute of each entry, a transaction each. */
export const change = async (replica: Replica, { from, count, attribute, value }: AttributeChange): Promise<void> => {
  const changes = Array.from({ length: count }, (_, at) =>
    replica.modify(sampleUuid(from + at), { [attribute]: `${value} ${at}` }),
  );
  await Promise.all(changes);
};

/** Milliseconds for as many writes, each durable before the next is asked for. */
export const writeOneByOne = async (replica: Replica, count: number): Promise<number> => {
  const started = performance.now();
  for (let index = 0; index < count; index += 1) await replica.create(sampleAttributes(index));
  return performance.now() - started;
};

/** As many writers at once, each of which writes one by one. */
export const writeTogether = async (replica: Replica, { writers, count }: WriterSizes): Promise<number> => {
  const started = performance.now();
  await Promise.all(Array.from({ length: writers }, () => writeOneByOne(replica, count / writers)));
  return performance.now() - started;
};
