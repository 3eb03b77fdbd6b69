import { GroupQueue, type PendingCommit, StorageError } from "@concordat/storage";
import { Capacity } from "./capacity.js";
import type { Environment } from "./environment.js";
import { hasRoom } from "./has-room.js";
import { isCutOff, toStorageError } from "./medium-error.js";
import { BOUNDS_PER_OPERATION, DELETION, type PackedBatch } from "./packed-batch.js";
import type { ByteSpan } from "./row-bytes.js";

type Group = readonly PendingCommit<PackedBatch>[];

/** A group ends once it has this many bytes, so that one that waits long does not make the next wait longer still. */
const GROUP_BYTES_MAX = 16 << 20;

/** What a commit takes beside its rows: pages that are copied before they change. */
const GROWTH_BYTES_MIN = 256 << 10;

/**
 * Commits of one LMDB file: one write transaction for each group, one at a time, so that after a failure nothing else is under way.
 */
export class CommitQueue {
  readonly #groups = new GroupQueue<PackedBatch>(GROUP_BYTES_MAX, (group) => this.#writeGroup(group));
  readonly #capacity: Capacity;
  #broken: StorageError | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly file: string,
    bytesMax: number,
  ) {
    this.#capacity = new Capacity(environment, bytesMax);
  }

  commit(batch: PackedBatch): Promise<void> {
    return this.#groups.commit(batch, batch.buffer.length);
  }

  /** Resolves when every commit that was called is settled. */
  idle(): Promise<void> {
    return this.#groups.idle();
  }

  async #writeGroup(group: Group): Promise<void> {
    try {
      if (this.#broken !== undefined) throw this.#broken;
      const admitted = this.#admit(group);
      await this.#writeWhereRoom(admitted);
      for (const { resolve } of admitted) resolve();
    } catch (error) {
      const { code, message, cause } = toStorageError(error, `cannot commit to ${this.file}`);
      // What is on the disk after a failure that is not for want of room, nobody knows.
      const failure = new StorageError(code, message, { cause, isFinal: code !== "store_full" });
      if (failure.isFinal) this.#broken = failure;
      for (const { reject } of group) reject(failure);
    }
  }

  /**
   * A write that was cut off is one that found no room, if there is none. If there is, somebody may have made it in that moment: nothing of
   * the transaction counts, and all of it is written once more. Cut off again where there is room, it is the device that fails.
   */
  async #writeWhereRoom(commits: Group): Promise<void> {
    const bytes = commits.reduce((sum, { batch }) => sum + batch.growthBytesMax, GROWTH_BYTES_MIN);
    for (let isLast = false; ; isLast = true) {
      try {
        return await this.#write(commits);
      } catch (error) {
        if (!isCutOff(error)) throw error;
        if (!(await hasRoom(this.file, bytes))) throw this.#noRoomFor(bytes, error);
        if (isLast) throw error;
      }
    }
  }

  #noRoomFor(bytes: number, cause: unknown): StorageError {
    return new StorageError(
      "store_full",
      `cannot commit to ${this.file}: no space left for ${bytes} bytes; free space on the disk and try again`,
      { cause },
    );
  }

  /** Those that there is room for; the others are rejected. */
  #admit(group: Group): PendingCommit<PackedBatch>[] {
    let reserved = 0;
    return group.filter(({ batch, reject }) => {
      const full = this.#capacity.reserve(batch, reserved);
      if (full === undefined) reserved += batch.growthBytesMax;
      else reject(full);
      return full === undefined;
    });
  }

  /** One write transaction. Resolves once it is on the disk; rejects with LMDB's error and nothing written. */
  async #write(commits: Group): Promise<void> {
    const { environment } = this;
    if (commits.every(({ batch }) => batch.bounds.length === 0)) return;
    try {
      await environment.batch(() => {
        for (const { batch } of commits) putAll(environment, batch);
      });
      // Without overlappingSync the first promise is enough; this is the one that is documented to mean "on the disk".
      await environment.flushed;
    } catch (error) {
      const cause = await commitError(error);
      this.#assertUsable(cause);
      throw cause;
    }
  }

  /**
   * A write that found no room is harmless, unless it was the last page, the one that switches over: LMDB then refuses
   * every later transaction, and lmdb-js would never settle a commit. A new read transaction shows it.
   */
  #assertUsable(cause: unknown): void {
    try {
      this.environment.resetReadTxn();
      this.environment.useReadTransaction().done();
    } catch (error) {
      throw new StorageError("store_io", `${this.file} failed in the middle of a commit: open the storage again`, {
        cause: new AggregateError([cause, error]),
      });
    }
  }
}

/** lmdb-js reads the buffer of a batch later, on another thread: whoever calls keeps it until the transaction has ended. */
const putAll = (environment: Environment, { buffer, bounds }: PackedBatch): void => {
  const key = spanOf(buffer);
  const value = spanOf(buffer);
  for (let at = 0; at < bounds.length; at += BOUNDS_PER_OPERATION) {
    key.start = bounds[at] as number;
    key.end = bounds[at + 1] as number;
    const valueEnd = bounds[at + 2] as number;
    if (valueEnd === DELETION) {
      environment.remove(key);
      continue;
    }
    value.start = key.end;
    value.end = valueEnd;
    environment.put(key, value);
  }
};

const spanOf = (buffer: Uint8Array): ByteSpan =>
  Object.assign(new Uint8Array(buffer.buffer, 0, buffer.byteOffset + buffer.length), { start: 0, end: 0 });

/** lmdb-js rejects with an error that tells nothing, and hangs a promise on it that rejects with what went wrong. */
const commitError = async (error: unknown): Promise<unknown> => {
  try {
    await (Object(error) as { readonly commitError?: unknown }).commitError;
    return error;
  } catch (cause) {
    return cause;
  }
};
