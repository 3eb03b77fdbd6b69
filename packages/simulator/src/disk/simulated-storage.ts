import {
  assertDatabaseName,
  assertKeyLength,
  type Batch,
  copyBatch,
  type KeyRange,
  type Operation,
  type Page,
  type PageLimits,
  type Snapshot,
  type Storage,
  StorageError,
  type Store,
  type StoreSupport,
  TREE_KEY_BYTES_MAX,
  TreeSnapshot,
  valuesIn,
} from "@concordat/storage";
import { never, type Power } from "../node/power.js";
import type { SeededRandom } from "../seeded-random.js";
import type { VirtualTime } from "../world/virtual-time.js";
import type { Disk } from "./disk.js";
import { type DiskFaults, diskFailed, diskFull } from "./disk-faults.js";

/** What a loss of power leaves of the batches that were not synced yet. */
export type Unsynced = "lost" | "kept" | "torn";

export interface StorageContext {
  readonly time: VirtualTime;
  readonly disk: Disk;
  readonly faults: DiskFaults;
  readonly power: Power;
  readonly random: SeededRandom;
  /** How long the disk takes to sync a batch, in milliseconds, at the most. */
  readonly syncMsMax: number;
  /** How many of all reads have to wait for the disk. */
  readonly slowReads: number;
  readonly onFault: (what: "disk-full" | "read-error" | "write-error") => void;
}

interface Pending {
  readonly database: string;
  readonly operations: readonly Operation[];
}

/**
 * A storage of one process on a simulated disk: a commit is applied, visible and resolved once it is synced, which takes
 * time. What the process still asks for after its end never resolves.
 */
export class SimulatedStorage implements Storage {
  readonly #context: StorageContext;
  readonly #stores = new Map<string, SimulatedStore>();
  /** In the order in which they were called. */
  readonly #unsynced: Pending[] = [];
  #syncedAtMs = 0;
  #isOpen = false;
  #hasFailed = false;

  constructor(context: StorageContext) {
    this.#context = context;
  }

  /** A commit has failed: there are no others before the storage is opened again. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Batches that wait to be synced. */
  get unsynced(): number {
    return this.#unsynced.length;
  }

  /** What is on the disk after the power was lost. Answers how many batches were not synced. */
  losePower(left: Unsynced, random: SeededRandom): number {
    const count = this.#unsynced.length;
    // The last batch that reached the disk is torn, and no store takes a part of a batch for a batch.
    const kept = left === "kept" ? count : left === "torn" ? random.below(count) : 0;
    for (const pending of this.#unsynced.splice(0).slice(0, kept)) this.#write(pending);
    return count;
  }

  async open(): Promise<string | undefined> {
    if (!this.#context.power.mayAct()) return never();
    if (this.#isOpen) throw new StorageError("storage_locked", "the simulated disk is open already: close it first");
    this.#isOpen = true;
    return this.#context.disk.current;
  }

  async names(): Promise<readonly string[]> {
    this.#assertOpen();
    return [...this.#context.disk.databases.keys()];
  }

  async openStore(name: string): Promise<Store> {
    if (!this.#context.power.mayAct()) return never();
    this.#assertOpen();
    assertDatabaseName(name);
    if (this.#stores.has(name)) throw new StorageError("database_in_use", `database ${name} is open already`);
    const { disk } = this.#context;
    disk.databases.set(name, disk.tree(name));
    const store = new SimulatedStore(name, this.#context, {
      commit: (batch) => this.#commit(name, batch),
      onClose: () => this.#stores.delete(name),
    });
    this.#stores.set(name, store);
    return store;
  }

  async makeCurrent(name: string): Promise<void> {
    if (!this.#context.power.mayAct()) return never();
    this.#assertOpen();
    assertDatabaseName(name);
    const { disk } = this.#context;
    if (!disk.databases.has(name)) throw new StorageError("database_name", `there is no database ${name}`);
    disk.current = name;
  }

  async drop(name: string): Promise<void> {
    if (!this.#context.power.mayAct()) return never();
    this.#assertOpen();
    assertDatabaseName(name);
    const { disk } = this.#context;
    if (name === disk.current) throw new StorageError("database_in_use", `database ${name} is current`);
    if (this.#stores.has(name)) throw new StorageError("database_in_use", `database ${name} is open`);
    disk.databases.delete(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#stores.values()].map((store) => store.close()));
    this.#isOpen = false;
  }

  async #commit(database: string, batch: Batch): Promise<void> {
    const { faults, power, onFault } = this.#context;
    for (const { key } of batch.operations) assertKeyLength(key, TREE_KEY_BYTES_MAX);
    if (!power.isOn) return never();
    if (faults.isFull) {
      onFault("disk-full");
      throw diskFull();
    }
    if (faults.nextCommitFails && !this.#hasFailed) {
      this.#hasFailed = true;
      faults.nextCommitFails = false;
      onFault("write-error");
    }
    if (this.#hasFailed) throw diskFailed("write");
    const { operations } = copyBatch(batch);
    const pending = { database, operations };
    this.#unsynced.push(pending);
    // A process may end while its batch is on the way to the disk: then nobody knows whether it arrived.
    if (!power.mayAct("commit")) return never();
    return this.#sync(pending);
  }

  #sync(pending: Pending): Promise<void> {
    const { time, power, random, syncMsMax } = this.#context;
    const doneAtMs = Math.max(this.#syncedAtMs, time.nowMs + random.fraction() * syncMsMax);
    this.#syncedAtMs = doneAtMs;
    return new Promise((resolve) => {
      time.after(doneAtMs - time.nowMs, () => {
        if (!power.isOn) return;
        this.#unsynced.shift();
        this.#write(pending);
        resolve();
      });
    });
  }

  #write({ database, operations }: Pending): void {
    const { disk } = this.#context;
    disk.databases.set(database, disk.tree(database).with(operations));
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new StorageError("store_closed", "the simulated disk is not open: call open()");
  }
}

interface StoreOwner {
  readonly commit: (batch: Batch) => Promise<void>;
  readonly onClose: () => void;
}

class SimulatedStore implements Store {
  readonly supports: StoreSupport = { durable: true, keyBytesMax: TREE_KEY_BYTES_MAX };
  #isClosed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly context: StorageContext,
    private readonly owner: StoreOwner,
  ) {}

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return read(this.context, () => {
      this.#assertOpen();
      return valuesIn(this.context.disk.tree(this.name), keys);
    });
  }

  snapshot(): Promise<Snapshot> {
    return read(this.context, () => {
      this.#assertOpen();
      const tree = new TreeSnapshot(this.context.disk.tree(this.name), () => this.#assertOpen());
      return new SimulatedSnapshot(tree, this.context);
    });
  }

  async commit(batch: Batch): Promise<void> {
    this.#assertOpen();
    const committed = this.owner.commit(batch);
    this.#last = committed.catch(() => undefined);
    return committed;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#last;
    this.owner.onClose();
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new StorageError("store_closed", "the store is closed: open it again");
  }
}

class SimulatedSnapshot implements Snapshot {
  constructor(
    private readonly snapshot: Snapshot,
    private readonly context: StorageContext,
  ) {}

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return read(this.context, () => this.snapshot.getMany(keys));
  }

  scan(range: KeyRange, limits: PageLimits): Promise<Page> {
    return read(this.context, () => this.snapshot.scan(range, limits));
  }

  close(): Promise<void> {
    return this.snapshot.close();
  }
}

/** A read finds what is there when it is asked, and may be told late. */
const read = async <T>(
  { faults, power, random, slowReads, time, onFault }: StorageContext,
  look: () => T | Promise<T>,
): Promise<T> => {
  if (!power.mayAct()) return never();
  if (faults.readsFailing > 0) {
    faults.readsFailing -= 1;
    onFault("read-error");
    throw diskFailed("read");
  }
  const found = await look();
  if (slowReads === 0 || !random.chance(slowReads)) return found;
  return new Promise((resolve) => {
    time.after(random.fraction() * 2, () => {
      if (!power.isOn) return;
      resolve(found);
    });
  });
};
