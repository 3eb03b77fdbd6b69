import { extendLineage, nextTimestamp } from "@concordat/crdt";
import type { ProtocolLimits } from "@concordat/protocol";
import type { Database } from "../database/database.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { WriteBatch } from "../database/write-batch.js";
import type { Clock } from "../ports/clock.js";
import type { Random } from "../ports/random.js";
import type { Committed } from "../replica.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Schema } from "../schema.js";
import type { Turn } from "../turn.js";
import { EntryTransaction } from "./entry-transaction.js";

export interface WriterContext {
  readonly turn: Turn;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ProtocolLimits;
  /** The database of this moment; asked within the turn. */
  readonly database: () => Database;
  readonly schema: () => Schema;
  readonly onCommit: () => void;
  /** What the first transactions wait for; `undefined` from then on. */
  readonly held: () => Promise<void> | undefined;
}

/** A transaction that waits for its turn; `finish` is called when it is durable, `fail` when it is undone. */
interface Job {
  /** It reads what is stored, besides: those before it are committed first. */
  readonly readsStore: boolean;
  readonly work: (transaction: EntryTransaction) => unknown;
  readonly finish: (committed: Committed<unknown>) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Local transactions, one after the other, many to a durable commit: those that wait while a commit is under way
 * share the next one. Each takes its own change id.
 */
export class Writer {
  readonly #context: WriterContext;
  #queue: Job[] = [];
  #scheduled = false;

  constructor(context: WriterContext) {
    this.#context = context;
  }

  /** @param readsStore whether `work` reads the store as well as the transaction: it then finds all that was written before. */
  transact<T>(work: (transaction: EntryTransaction) => T | Promise<T>, readsStore = false): Promise<Committed<T>> {
    return new Promise<Committed<T>>((resolve, reject) => {
      this.#queue.push({ readsStore, work, finish: (committed) => resolve(committed as Committed<T>), fail: reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { held, turn } = this.#context;
    const drain = (): Promise<void> => turn.run(() => this.#drain());
    void (held()?.then(drain) ?? drain());
  }

  async #drain(): Promise<void> {
    const jobs = this.#queue.splice(0, this.#grouped());
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
    const batch = new WriteBatch(this.#context.database());
    const commitName = this.#context.random.bytes(COMMIT_NAME_BYTES);
    const done: (() => void)[] = [];
    for (const job of jobs) {
      const finish = await this.#run(job, batch, commitName);
      if (finish) done.push(finish);
    }
    try {
      await batch.commit(commitName);
    } catch (error) {
      for (const job of jobs) job.fail(error);
      return;
    }
    this.#context.onCommit();
    for (const finish of done) finish();
  }

  /** How many of those that wait share the next commit. */
  #grouped(): number {
    const next = this.#queue.findIndex(({ readsStore }, index) => readsStore && index > 0);
    const limit = REPLICA_LIMITS.groupedTransactionsMax;
    return next === -1 ? limit : Math.min(next, limit);
  }

  /** @returns what to do once the batch is durable; nothing when the transaction failed. */
  async #run(job: Job, batch: WriteBatch, commitName: Uint8Array): Promise<(() => void) | undefined> {
    const { clock, random, limits, schema } = this.#context;
    const { serverUuid } = batch.database;
    const ts = nextTimestamp(clock.wallMicros(), batch.builder.clockMicros);
    const changeId = { ts, server: serverUuid };
    const transaction = new EntryTransaction({ batch, changeId, schema: schema(), random, limits });
    try {
      const result = await job.work(transaction);
      transaction.end();
      if (!transaction.wrote) return () => job.finish({ result, changeId: undefined });
      await transaction.stage();
      const row = batch.builder.row(serverUuid);
      batch.builder.setRow(serverUuid, { ...row, seen: ts, lineage: extendLineage(row.lineage, ts, commitName) });
      return () => job.finish({ result, changeId });
    } catch (error) {
      job.fail(error);
      return undefined;
    }
  }
}
