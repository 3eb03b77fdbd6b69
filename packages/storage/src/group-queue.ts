import type { StorageError } from "./storage-error.js";

/** A commit that waits for its group, and what settles it. */
export interface PendingCommit<B> {
  readonly batch: B;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: StorageError) => void;
}

/**
 * Commits in the order of the calls, for adapters whose medium takes one at a time. Whatever waits while a group is on its way goes
 * into the next, so that many writers share one wait for the disk.
 */
export class GroupQueue<B> {
  #waiting: PendingCommit<B>[] = [];
  #writing: Promise<void> | undefined;

  /**
   * @param groupBytesMax a group ends once it has this many bytes.
   * @param write settles every commit of the group, and never rejects. No other is called before it resolves.
   */
  constructor(
    private readonly groupBytesMax: number,
    private readonly write: (group: readonly PendingCommit<B>[]) => Promise<void>,
  ) {}

  /** @param bytes what `batch` counts for. Rejects with what `write` rejects it with. */
  commit(batch: B, bytes: number): Promise<void> {
    const committed = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ batch, bytes, resolve, reject });
    });
    this.#writing ??= this.#writeAll();
    return committed;
  }

  /** Resolves when every commit that was called is settled. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve();
    for (let group = this.#nextGroup(); group.length > 0; group = this.#nextGroup()) await this.write(group);
    this.#writing = undefined;
  }

  #nextGroup(): PendingCommit<B>[] {
    let sum = 0;
    const last = this.#waiting.findIndex(({ bytes }) => {
      sum += bytes;
      return sum >= this.groupBytesMax;
    });
    return this.#waiting.splice(0, last === -1 ? this.#waiting.length : last + 1);
  }
}
