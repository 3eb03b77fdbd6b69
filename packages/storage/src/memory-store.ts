import { copyBatch } from "./batch-copy.js";
import { assertKeyLength } from "./key-length.js";
import type { OrderedTree } from "./ordered-tree.js";
import { StorageError } from "./storage-error.js";
import type { Batch, Snapshot, Store, StoreSupport } from "./store.js";
import { TREE_KEY_BYTES_MAX, TreeSnapshot, valuesIn } from "./tree-snapshot.js";

/** What a database of `memoryStorage` holds, whether a store has it open or not. */
export interface MemoryDatabase {
  tree: OrderedTree;
}

export class MemoryStore implements Store {
  readonly supports: StoreSupport = { durable: false, keyBytesMax: TREE_KEY_BYTES_MAX };
  #closed = false;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly onClose: () => void,
  ) {}

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen();
    return valuesIn(this.database.tree, keys);
  }

  async snapshot(): Promise<Snapshot> {
    this.#assertOpen();
    return new TreeSnapshot(this.database.tree, () => this.#assertOpen());
  }

  async commit(batch: Batch): Promise<void> {
    this.#assertOpen();
    for (const { key } of batch.operations) assertKeyLength(key, TREE_KEY_BYTES_MAX);
    const { operations } = copyBatch(batch);
    // Later, as on a disk: whoever reads without waiting for the commit finds out here already.
    await Promise.resolve();
    this.database.tree = this.database.tree.with(operations);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Every commit that was called before is queued before this.
    await Promise.resolve();
    this.onClose();
  }

  #assertOpen(): void {
    if (this.#closed) throw new StorageError("store_closed", "the store is closed: open it again");
  }
}
