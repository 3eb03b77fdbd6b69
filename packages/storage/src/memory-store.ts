import { copyBatch } from "./batch-copy.js";
import { assertKeyLength } from "./key-length.js";
import type { OrderedTree } from "./ordered-tree.js";
import { PageBuilder } from "./page-builder.js";
import { StorageError } from "./storage-error.js";
import type { Batch, KeyRange, Page, PageLimits, Snapshot, Store, StoreSupport } from "./store.js";

/** What a database of `memoryStorage` holds, whether a store has it open or not. */
export interface MemoryDatabase {
  tree: OrderedTree;
}

/** The embedded store's limit, so that what fits here fits on disk. */
const KEY_BYTES_MAX = 1978;

export class MemoryStore implements Store {
  readonly supports: StoreSupport = { durable: false, keyBytesMax: KEY_BYTES_MAX };
  #closed = false;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly onClose: () => void,
  ) {}

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen();
    return copyMany(this.database.tree, keys);
  }

  async snapshot(): Promise<Snapshot> {
    this.#assertOpen();
    return new MemorySnapshot(this.database.tree, () => this.#assertOpen());
  }

  async commit(batch: Batch): Promise<void> {
    this.#assertOpen();
    for (const { key } of batch.operations) assertKeyLength(key, KEY_BYTES_MAX);
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

class MemorySnapshot implements Snapshot {
  #tree: OrderedTree | undefined;

  constructor(
    tree: OrderedTree,
    private readonly assertStoreOpen: () => void,
  ) {
    this.#tree = tree;
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return copyMany(this.#openTree(), keys);
  }

  async scan(range: KeyRange, limits: PageLimits): Promise<Page> {
    const page = new PageBuilder(limits);
    this.#openTree().scan(range, (key, value) => {
      const taken = page.takes(key.length + value.length);
      if (taken) page.add(key.slice(), value.slice());
      return taken;
    });
    return page.page();
  }

  async close(): Promise<void> {
    this.#tree = undefined;
  }

  #openTree(): OrderedTree {
    this.assertStoreOpen();
    if (this.#tree === undefined) throw new StorageError("store_closed", "the snapshot is closed: take another");
    return this.#tree;
  }
}

const copyMany = (tree: OrderedTree, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] =>
  keys.map((key) => {
    assertKeyLength(key, KEY_BYTES_MAX);
    return tree.get(key)?.slice();
  });
