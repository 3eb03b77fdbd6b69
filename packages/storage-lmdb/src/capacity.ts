import { StorageError } from "@concordat/storage";
import type { Environment } from "./environment.js";
import type { PackedBatch } from "./packed-batch.js";

/**
 * Keeps the live pages of a database under a limit. lmdb-js has no such limit: where LMDB says MDB_MAP_FULL, it moves to a
 * larger map. So a batch that puts anything is admitted only if what is live and the most that it can add stay below.
 * Batches that only delete always are, for which LMDB copies pages first: the file may pass the limit by those.
 */
export class Capacity {
  /** At least so many bytes are free: what was set aside is mostly more than what was used. */
  #free = 0;

  constructor(
    private readonly environment: Environment,
    private readonly bytesMax: number,
  ) {}

  /**
   * Sets room aside for `batch`, in a transaction for which `reserved` bytes are set aside already. Answers the `store_full` to reject
   * it with when there is none. Counts pages only where the room that it knows of does not do.
   */
  reserve(batch: PackedBatch, reserved: number): StorageError | undefined {
    if (batch.growthBytesMax > this.#free) this.#free = this.bytesMax - liveBytes(this.environment) - reserved;
    if (batch.growthBytesMax > 0 && batch.growthBytesMax > this.#free)
      return new StorageError(
        "store_full",
        `a commit of up to ${batch.growthBytesMax} bytes, and ${Math.max(this.#free, 0)} of ${this.bytesMax} are free; delete something, or raise mapBytesMax`,
      );
    this.#free -= batch.growthBytesMax;
    return undefined;
  }
}

interface PageCounts {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Pages of the tree as last committed: neither free ones, nor old ones that a snapshot still holds. */
const liveBytes = (environment: Environment): number => {
  const counts = environment.getStats() as PageCounts;
  return (counts.treeBranchPageCount + counts.treeLeafPageCount + counts.overflowPages) * counts.pageSize;
};
