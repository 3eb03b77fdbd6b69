import { type KeyRange, type Page, type PageLimits, type Snapshot, StorageError } from "@concordat/storage";
import type { Transaction } from "lmdb";
import type { Environment } from "./environment.js";
import { readMany, readPage } from "./row-reader.js";
import { shareThread } from "./thread-share.js";

/** A read transaction. While it is open, LMDB keeps every page that it can see: the file grows by what others change. */
export class LmdbSnapshot implements Snapshot {
  #closed = false;

  constructor(
    private readonly environment: Environment,
    private readonly transaction: Transaction,
    private readonly onClose: () => void,
  ) {}

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen();
    const values = readMany(this.environment, keys, { transaction: this.transaction });
    const turn = shareThread();
    if (turn) await turn;
    return values;
  }

  async scan(range: KeyRange, limits: PageLimits): Promise<Page> {
    this.#assertOpen();
    const page = readPage(this.environment, range, limits, this.transaction);
    const turn = shareThread();
    if (turn) await turn;
    return page;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.transaction.done();
    this.onClose();
  }

  #assertOpen(): void {
    if (this.#closed) throw new StorageError("store_closed", "the snapshot is closed, or its store is: take another");
  }
}
