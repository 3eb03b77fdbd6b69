import { open, type RootDatabase, type RootDatabaseOptions } from "lmdb";
import { assertDatabaseHeader } from "./database-header.js";
import { toStorageError } from "./medium-error.js";
import { ROW_KEYS, ROW_VALUES } from "./row-bytes.js";

/** One LMDB file, keys and values as plain bytes. */
export type Environment = RootDatabase<Uint8Array, Uint8Array>;

/** LMDB's own limit for a page of 4 KiB. */
export const KEY_BYTES_MAX = 1978;

/** Each open snapshot takes one, 64 bytes in the lock file. */
const READERS_MAX = 4096;

/** Opens `file`, creating it for this user alone (0600, whatever the umask allows beyond that). */
export const openEnvironment = (file: string, mapBytes: number): Environment => {
  const options: RootDatabaseOptions & { readonly permissionsMode: number } = {
    // Bytes as they are: the encoder that lmdb brings along is never run.
    encoding: "binary",
    encoder: ROW_VALUES,
    keyEncoder: ROW_KEYS,
    cache: false,
    // The default shows what is written before it is on the disk, and keeps showing what could not be written.
    overlappingSync: false,
    // Groups are made by CommitQueue. With this, a failed commit rejects a promise that nobody is given, too, which ends a
    // process.
    eventTurnBatching: false,
    noSubdir: true,
    // Reserved at once, so that the map never moves while the file grows. It limits nothing: see Capacity.
    mapSize: mapBytes,
    maxReaders: READERS_MAX,
    permissionsMode: 0o600,
  };
  try {
    assertDatabaseHeader(file);
    return open<Uint8Array, Uint8Array>(file, options);
  } catch (error) {
    throw toStorageError(error, `cannot open ${file}`);
  }
};
