import { copyBatch } from "./batch-copy.js";
import type { FaultInjector } from "./fault-injector.js";
import type { Batch, KeyRange, Page, PageLimits, Snapshot, Store, StoreSupport } from "./store.js";

export class FaultyStore implements Store {
  readonly supports: StoreSupport;
  #lastCommit: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly inner: Store,
    private readonly database: string,
    private readonly faults: FaultInjector,
  ) {
    this.supports = inner.supports;
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    if (this.#closing !== undefined) await this.#closing;
    return this.faults.run("get_many", this.database, () => this.inner.getMany(keys));
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#closing !== undefined) await this.#closing;
    const snapshot = await this.faults.run("snapshot", this.database, () => this.inner.snapshot());
    return new FaultySnapshot(snapshot, this.database, this.faults);
  }

  async commit(batch: Batch): Promise<void> {
    this.faults.begin("commit", this.database);
    const copy = copyBatch(batch);
    if (this.#closing !== undefined) await this.#closing;
    const before = this.#lastCommit;
    const commit = before.catch(() => undefined).then(() => this.faults.finish(() => this.inner.commit(copy)));
    this.#lastCommit = commit;
    return commit;
  }

  close(): Promise<void> {
    this.#closing ??= this.#lastCommit.catch(() => undefined).then(() => this.inner.close());
    return this.#closing;
  }
}

class FaultySnapshot implements Snapshot {
  constructor(
    private readonly inner: Snapshot,
    private readonly database: string,
    private readonly faults: FaultInjector,
  ) {}

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.faults.run("get_many", this.database, () => this.inner.getMany(keys));
  }

  scan(range: KeyRange, limits: PageLimits): Promise<Page> {
    return this.faults.run("scan", this.database, () => this.inner.scan(range, limits));
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
