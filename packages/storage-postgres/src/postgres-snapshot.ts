import { type KeyRange, type Page, type PageLimits, type Snapshot, StorageError } from "@concordat/storage";
import { toStorageError } from "./medium-error.js";
import type { RowReader } from "./row-reader.js";
import type { SharedView } from "./shared-view.js";

/** A view of one moment, in a read transaction on a session of its own, or shared with others of that moment. */
export class PostgresSnapshot implements Snapshot {
  #closed: Promise<void> | undefined;
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly reader: RowReader,
    private readonly view: SharedView,
    private readonly onClose: () => void,
  ) {}

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen();
    const parameter = this.reader.keysParameter(keys);
    return this.#run(this.reader.getMany(this.view.connection, parameter, keys.length), "cannot read");
  }

  async scan({ from, to, reverse }: KeyRange, limits: PageLimits): Promise<Page> {
    this.#assertOpen();
    const range = {
      from: new Uint8Array(from),
      ...(to !== undefined && { to: new Uint8Array(to) }),
      ...(reverse !== undefined && { reverse }),
    };
    return this.#run(this.reader.page(this.view.connection, range, limits), "cannot scan");
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // A read that was called ends in the moment that it was called for.
    await Promise.allSettled(this.#running);
    await this.view.leave();
    this.onClose();
  }

  async #run<T>(reading: Promise<T>, doing: string): Promise<T> {
    this.#running.add(reading);
    try {
      return await reading;
    } catch (error) {
      throw toStorageError(error, doing);
    } finally {
      this.#running.delete(reading);
    }
  }

  #assertOpen(): void {
    if (this.#closed !== undefined)
      throw new StorageError("store_closed", "the snapshot is closed, or its store is: take another");
  }
}
