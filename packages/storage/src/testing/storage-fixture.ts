import type { Storage } from "../storage.js";

/** One new, empty place to test, not open yet. */
export interface StorageFixture {
  readonly storage: Storage;

  /**
   * Another `Storage` on the same place, not open yet, as another process would have; may be the same object where that is
   * all there is. Leave it out where nothing outlives a close: what it is needed for is then skipped.
   */
  readonly reopen?: () => Promise<Storage>;

  /** Removes the place. Called once every storage on it is closed. */
  cleanup(): Promise<void>;
}

/** What a test is given: a fixture whose storage is open. */
export type Subject = () => StorageFixture;
