import { type Batch, type Snapshot, StorageError, type Store, type StoreSupport } from "@concordat/storage";
import { CommitQueue } from "./commit-queue.js";
import { type Environment, KEY_BYTES_MAX } from "./environment.js";
import { LmdbSnapshot } from "./lmdb-snapshot.js";
import { toStorageError } from "./medium-error.js";
import { packBatch } from "./packed-batch.js";
import { readMany } from "./row-reader.js";
import { shareThread } from "./thread-share.js";

/** One LMDB file as a `Store`. Reads run at once, on the caller's thread, from the page cache; commits on another. */
export class LmdbStore implements Store {
  readonly supports: StoreSupport = { durable: true, keyBytesMax: KEY_BYTES_MAX };
  readonly #snapshots = new Set<Snapshot>();
  readonly #commits: CommitQueue;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly file: string,
    bytesMax: number,
    private readonly onClose: () => void,
  ) {
    this.#commits = new CommitQueue(environment, file, bytesMax);
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen();
    const values = readMany(this.environment, keys, {});
    const turn = shareThread();
    if (turn) await turn;
    return values;
  }

  async snapshot(): Promise<Snapshot> {
    this.#assertOpen();
    try {
      const transaction = this.environment.useReadTransaction();
      const snapshot: LmdbSnapshot = new LmdbSnapshot(this.environment, transaction, () =>
        this.#snapshots.delete(snapshot),
      );
      this.#snapshots.add(snapshot);
      return snapshot;
    } catch (error) {
      throw toStorageError(error, `cannot take a snapshot of ${this.file}`);
    }
  }

  async commit(batch: Batch): Promise<void> {
    this.#assertOpen();
    return this.#commits.commit(packBatch(batch));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commits.idle();
    for (const snapshot of this.#snapshots) await snapshot.close();
    await this.environment.close();
    this.onClose();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined)
      throw new StorageError("store_closed", `the store of ${this.file} is closed: open it again`);
  }
}
