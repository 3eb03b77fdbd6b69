import { StorageError } from "@concordat/storage";

/** What is wrong with a disk at the moment. */
export class DiskFaults {
  /** Commits are refused for lack of room. */
  isFull = false;
  /** So many of the next reads fail. */
  readsFailing = 0;
  /** The next commit fails, and all that follow, until the storage is opened anew. */
  nextCommitFails = false;

  heal(): void {
    this.isFull = false;
    this.readsFailing = 0;
    this.nextCommitFails = false;
  }
}

export const diskFull = (): StorageError =>
  new StorageError("store_full", "the simulated disk is full: nothing was applied; make room");

export const diskFailed = (what: string): StorageError =>
  new StorageError("store_io", `the simulated disk could not ${what}: open the storage again`);
