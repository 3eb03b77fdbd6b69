import { join } from "node:path";
import { StorageError } from "@concordat/storage";
import { type Environment, openEnvironment } from "./environment.js";

export interface DirectoryLock {
  release(): Promise<void>;
}

/** The file holds nothing, so its map may be as small as it gets. */
const MAP_BYTES = 1 << 20;

/**
 * Takes `directory` for this opener, or throws `storage_locked`.
 *
 * The lock is an empty LMDB file with one reader: its opener. Whoever opens it counts the readers, itself included, and
 * goes if it is not alone. LMDB starts the count anew when the kernel says that nobody has the file open (fcntl), so a
 * holder that was killed leaves nothing behind that somebody would have to judge stale: no pid that means another process by
 * now, or another container. It holds between processes, threads and openers in one thread. Two that come at the same
 * time may both be refused, never both be let in.
 */
export const lockDirectory = async (directory: string): Promise<DirectoryLock> => {
  const environment = openEnvironment(join(directory, "LOCK"), MAP_BYTES);
  const reader = environment.useReadTransaction();
  const release = async (): Promise<void> => {
    reader.done();
    await environment.close();
  };
  const { numReaders } = environment.getStats() as { readonly numReaders: number };
  if (numReaders === 1) return { release };
  const holder = holderOf(environment);
  await release();
  throw new StorageError(
    "storage_locked",
    `${directory} is open already, in ${holder}: close it there, or use another directory`,
  );
};

/** LMDB lists its readers by process id; the first is the one that was there before. */
const holderOf = (environment: Environment): string => {
  const pid = /^\s*(\d+)\s/m.exec(environment.readerList() as unknown as string)?.[1];
  return pid === undefined ? "another process" : `process ${pid}`;
};
