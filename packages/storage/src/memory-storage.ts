import { assertDatabaseName } from "./database-name.js";
import { type MemoryDatabase, MemoryStore } from "./memory-store.js";
import { OrderedTree } from "./ordered-tree.js";
import type { Storage } from "./storage.js";
import { StorageError } from "./storage-error.js";
import type { Store } from "./store.js";

/**
 * A storage in memory, for tests, simulations and replicas that keep nothing. What it holds lives as long as the object:
 * it can be closed and opened again, as a process restarts on a disk. A snapshot costs O(1), a commit of k operations
 * O(k log n) whether snapshots are open or not.
 */
export const memoryStorage = (): Storage => new MemoryStorage();

class MemoryStorage implements Storage {
  readonly #databases = new Map<string, MemoryDatabase>();
  readonly #openStores = new Map<string, Store>();
  #current: string | undefined;
  #open = false;

  async open(): Promise<string | undefined> {
    if (this.#open) throw new StorageError("storage_locked", "this memory storage is open already: close it first");
    this.#open = true;
    return this.#current;
  }

  async names(): Promise<readonly string[]> {
    this.#assertOpen();
    return [...this.#databases.keys()];
  }

  async openStore(name: string): Promise<Store> {
    this.#assertOpen();
    assertDatabaseName(name);
    if (this.#openStores.has(name))
      throw new StorageError("database_in_use", `database ${name} is open already: close that store first`);
    const database = this.#databases.get(name) ?? { tree: OrderedTree.empty };
    this.#databases.set(name, database);
    const store = new MemoryStore(database, () => this.#openStores.delete(name));
    this.#openStores.set(name, store);
    return store;
  }

  async makeCurrent(name: string): Promise<void> {
    this.#assertOpen();
    assertDatabaseName(name);
    if (!this.#databases.has(name))
      throw new StorageError("database_name", `there is no database ${name} to make current: open it first`);
    this.#current = name;
  }

  async drop(name: string): Promise<void> {
    this.#assertOpen();
    assertDatabaseName(name);
    if (name === this.#current)
      throw new StorageError("database_in_use", `database ${name} is current: make another current first`);
    if (this.#openStores.has(name))
      throw new StorageError("database_in_use", `database ${name} is open: close its store first`);
    this.#databases.delete(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#openStores.values()].map((store) => store.close()));
    this.#open = false;
  }

  #assertOpen(): void {
    if (!this.#open) throw new StorageError("store_closed", "the memory storage is not open: call open()");
  }
}
