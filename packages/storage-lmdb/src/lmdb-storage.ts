import { access, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { assertDatabaseName, isDatabaseName, type Storage, StorageError, type Store } from "@concordat/storage";
import { type DirectoryLock, lockDirectory } from "./directory-lock.js";
import { ensureDirectory, replaceFile, syncDirectory } from "./durable-file.js";
import { openEnvironment } from "./environment.js";
import { LmdbStore } from "./lmdb-store.js";
import { toStorageError } from "./medium-error.js";

export interface LmdbStorageOptions {
  /**
   * Greatest size of one database, in bytes: a commit that could take its live pages beyond rejects with `store_full`, while
   * reads and commits that only delete go on. So much address space is reserved per open database, and no disk or
   * memory; 64 GiB unless told otherwise, 64 TiB at most; lower it where address space is limited (`ulimit -v`). The file
   * may be larger by what deletions freed and snapshots hold.
   */
  readonly mapBytesMax?: number;
}

/**
 * The embedded storage: one LMDB file per database, `<directory>/<name>.mdb`, and `CURRENT`, which names the current one.
 *
 * A commit has been synced to the disk when it resolves. Nothing happens before `open`, which makes the directory (0700) if
 * there is none; its files are for this user alone (0600). Not for network file systems: LMDB needs locks and maps of
 * one kernel.
 */
export const lmdbStorage = (directory: string, options: LmdbStorageOptions = {}): Storage => {
  const mapBytesMax = options.mapBytesMax ?? MAP_BYTES_MAX_DEFAULT;
  if (!Number.isInteger(mapBytesMax) || mapBytesMax < 1 || mapBytesMax > MAP_BYTES_MAX_MAX)
    throw new RangeError(`mapBytesMax is ${mapBytesMax}: use a whole number of bytes up to 2^46`);
  return new LmdbStorage(resolve(directory), mapBytesMax);
};

/** Far above what a replica holds, far below what a process can address. */
const MAP_BYTES_MAX_DEFAULT = 64 * 2 ** 30;
/** More cannot be mapped on common 64-bit systems, and lmdb-js does not survive the failure. */
const MAP_BYTES_MAX_MAX = 2 ** 46;
const EXTENSION = ".mdb";

class LmdbStorage implements Storage {
  readonly #stores = new Map<string, Store | undefined>();
  #current: string | undefined;
  #lock: DirectoryLock | "opening" | undefined;

  constructor(
    private readonly directory: string,
    private readonly mapBytesMax: number,
  ) {}

  async open(): Promise<string | undefined> {
    if (this.#lock !== undefined)
      throw new StorageError(
        "storage_locked",
        `${this.directory} is open already, by this very object: close it first`,
      );
    this.#lock = "opening";
    let lock: DirectoryLock | undefined;
    try {
      await ensureDirectory(this.directory);
      lock = await lockDirectory(this.directory);
      this.#current = await this.#readCurrent();
      this.#lock = lock;
      return this.#current;
    } catch (error) {
      this.#lock = undefined;
      await lock?.release();
      throw toStorageError(error, `cannot open ${this.directory}`);
    }
  }

  async names(): Promise<readonly string[]> {
    this.#assertOpen();
    const files = await readdir(this.directory).catch((error: unknown) => {
      throw toStorageError(error, `cannot list ${this.directory}`);
    });
    return files
      .filter((file) => file.endsWith(EXTENSION))
      .map((file) => file.slice(0, -EXTENSION.length))
      .filter(isDatabaseName);
  }

  async openStore(name: string): Promise<Store> {
    this.#assertOpen();
    if (name === this.#current) await this.#assertCurrentThere(name);
    assertDatabaseName(name);
    if (this.#stores.has(name))
      throw new StorageError("database_in_use", `database ${name} is open already: close that store first`);
    this.#stores.set(name, undefined);
    const file = this.#file(name);
    try {
      const environment = openEnvironment(file, this.mapBytesMax);
      const store = new LmdbStore(environment, file, this.mapBytesMax, () => this.#stores.delete(name));
      this.#stores.set(name, store);
      await syncDirectory(this.directory);
      return store;
    } catch (error) {
      await this.#stores.get(name)?.close();
      this.#stores.delete(name);
      throw toStorageError(error, `cannot open ${file}`);
    }
  }

  async makeCurrent(name: string): Promise<void> {
    this.#assertOpen();
    assertDatabaseName(name);
    if (!(await exists(this.#file(name))))
      throw new StorageError("database_name", `there is no database ${name} to make current: open it first`);
    try {
      await replaceFile(this.#currentFile(), `${name}\n`);
    } catch (error) {
      throw toStorageError(error, `cannot make ${name} current`);
    }
    this.#current = name;
  }

  async drop(name: string): Promise<void> {
    this.#assertOpen();
    assertDatabaseName(name);
    if (name === this.#current)
      throw new StorageError("database_in_use", `database ${name} is current: make another current first`);
    if (this.#stores.has(name))
      throw new StorageError("database_in_use", `database ${name} is open: close its store first`);
    try {
      // The lock file first: without it the database is whole, without the database it is litter.
      await rm(`${this.#file(name)}-lock`, { force: true });
      await rm(this.#file(name), { force: true });
      await syncDirectory(this.directory);
    } catch (error) {
      throw toStorageError(error, `cannot drop ${name}`);
    }
  }

  async close(): Promise<void> {
    const lock = this.#lock;
    if (lock === undefined || lock === "opening") return;
    await Promise.all([...this.#stores.values()].map((store) => store?.close()));
    this.#lock = undefined;
    await lock.release();
  }

  async #readCurrent(): Promise<string | undefined> {
    return (await readIfExists(this.#currentFile()))?.trimEnd();
  }

  /** Checked where the database is opened, and not before: a restore makes another one current. */
  async #assertCurrentThere(name: string): Promise<void> {
    if (isDatabaseName(name) && (await exists(this.#file(name)))) return;
    throw new StorageError(
      "store_corrupt",
      `${this.#currentFile()} names ${JSON.stringify(name)}, and there is no such database; restore a backup`,
    );
  }

  #file(name: string): string {
    return join(this.directory, name + EXTENSION);
  }

  #currentFile(): string {
    return join(this.directory, "CURRENT");
  }

  #assertOpen(): void {
    if (this.#lock === undefined || this.#lock === "opening")
      throw new StorageError("store_closed", `${this.directory} is not open: call open()`);
  }
}

const readIfExists = (file: string): Promise<string | undefined> =>
  readFile(file, "utf8").catch((error: unknown) => {
    if (Object(error).code === "ENOENT") return undefined;
    throw error;
  });

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
