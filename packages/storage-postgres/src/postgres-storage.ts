import { assertDatabaseName, type Storage, StorageError, type Store, type StoreSupport } from "@concordat/storage";
import type { Connection } from "./connection.js";
import { ConnectionPool } from "./connection-pool.js";
import type { EntryProjection } from "./entry-projection.js";
import { createEntryTable, dropEntryTable, hasEntryTable, showEntries } from "./entry-table.js";
import { toStorageError } from "./medium-error.js";
import { type PlaceNames, placeNames } from "./place.js";
import { type PlaceSessions, PostgresStore } from "./postgres-store.js";
import { KEY_BYTES_MAX } from "./row-reader.js";
import { Writer } from "./writer.js";

export interface PostgresStorageOptions {
  /**
   * Sessions for snapshots of different moments; who takes one when all are taken waits for another to be closed. 16 unless
   * told otherwise. Beside them, up to 4 sessions read and one writes.
   */
  readonly snapshotsMax?: number;
  /** How long `open` waits for the lock of a holder that was killed, until the server has noticed; 5,000 ms unless told otherwise. */
  readonly lockWaitMs?: number;
  /** How long a commit waits for a server that went away, before it rejects with `store_io`; 30,000 ms unless told otherwise. */
  readonly reconnectMs?: number;
  /**
   * Keeps the entries as JSON beside the rows, in the same transaction, for SQL to read: the view `entries` of the schema. What
   * a database holds already is projected when it is opened; without this, a table that was kept before goes.
   */
  readonly entries?: EntryProjection;
}

/**
 * A storage in a PostgreSQL database: `postgres://user@host/database?schema=name`, with everything in that schema
 * (`concordat` when none is named), so that several nodes can share a server.
 *
 * A commit is on the server's disk when it resolves. One opener at a time: an advisory lock keeps others out, and every
 * commit names the turn that its opener took, so that none passes once another has taken the next. A server that restarts costs a wait: the
 * session is taken up anew, and what was on its way is neither lost nor done twice.
 */
export const postgresStorage = (url: string, options: PostgresStorageOptions = {}): Storage => {
  const { snapshotsMax = SNAPSHOTS_MAX_DEFAULT, lockWaitMs = 5_000, reconnectMs = 30_000 } = options;
  if (!Number.isInteger(snapshotsMax) || snapshotsMax < 1)
    throw new RangeError(`snapshotsMax is ${snapshotsMax}: use a whole number from 1`);
  const { server, schema } = splitUrl(url);
  return new PostgresStorage(server, schema, { snapshotsMax, lockWaitMs, reconnectMs }, options.entries);
};

const SNAPSHOTS_MAX_DEFAULT = 16;
const READERS_MAX = 4;
const SCHEMA_DEFAULT = "concordat";

const splitUrl = (url: string): { readonly server: string; readonly schema: string } => {
  const server = new URL(url);
  const schema = server.searchParams.get("schema") ?? SCHEMA_DEFAULT;
  server.searchParams.delete("schema");
  return { server: server.href, schema };
};

class PostgresStorage implements Storage {
  readonly #names: PlaceNames;
  readonly #stores = new Map<string, Store | undefined>();
  #sessions: PlaceSessions | "opening" | undefined;
  #current: string | undefined;

  constructor(
    private readonly url: string,
    schema: string,
    private readonly options: Required<Omit<PostgresStorageOptions, "entries">>,
    private readonly projection: EntryProjection | undefined,
  ) {
    this.#names = placeNames(schema);
  }

  async open(): Promise<string | undefined> {
    if (this.#sessions !== undefined) {
      throw new StorageError(
        "storage_locked",
        `schema ${this.#names.schema} is open already, by this very object: close it first`,
      );
    }
    this.#sessions = "opening";
    try {
      const { lockWaitMs, reconnectMs, snapshotsMax } = this.options;
      const { writer, current } = await Writer.open({ url: this.url, names: this.#names, lockWaitMs, reconnectMs });
      const reads = new ConnectionPool(this.url, "reads", READERS_MAX, reconnectMs);
      const snapshots = new ConnectionPool(this.url, "snapshot", snapshotsMax, reconnectMs);
      const support = await this.#support(reads);
      this.#sessions = { names: this.#names, writer, reads, snapshots, support };
      this.#current = current;
      return current;
    } catch (error) {
      this.#sessions = undefined;
      throw toStorageError(error, `cannot open schema ${this.#names.schema} of ${serverName(this.url)}`);
    }
  }

  async names(): Promise<readonly string[]> {
    const { reads } = this.#opened();
    const rows = await this.#doing("cannot list the databases", () =>
      reads.run((connection) => connection.rows<{ name: string }>(`SELECT name FROM ${this.#names.databases}`, [])),
    );
    return rows.map(({ name }) => name);
  }

  async openStore(name: string): Promise<Store> {
    const sessions = this.#opened();
    assertDatabaseName(name);
    if (this.#stores.has(name))
      throw new StorageError("database_in_use", `database ${name} is open already: close that store first`);
    this.#stores.set(name, undefined);
    try {
      const id = (await this.#find(sessions, name)) ?? (await this.#create(sessions, name));
      const store = new PostgresStore(sessions, name, id, () => this.#stores.delete(name));
      this.#stores.set(name, store);
      await this.#projectEntries(sessions, name, id, store);
      return store;
    } catch (error) {
      await this.#stores.get(name)?.close();
      this.#stores.delete(name);
      throw toStorageError(error, `cannot open database ${name}`);
    }
  }

  async makeCurrent(name: string): Promise<void> {
    const sessions = this.#opened();
    assertDatabaseName(name);
    await this.#doing(`cannot make ${name} current`, async () => {
      const id = await this.#find(sessions, name);
      if (id === undefined)
        throw new StorageError("database_name", `there is no database ${name} to make current: open it first`);
      await sessions.writer.transact(async (connection) => {
        await connection.run(`UPDATE ${this.#names.place} SET current = $1`, [name]);
        if (await hasEntryTable(connection, this.#names, id)) await showEntries(connection, this.#names, id);
      });
    });
    this.#current = name;
  }

  async drop(name: string): Promise<void> {
    const sessions = this.#opened();
    assertDatabaseName(name);
    if (name === this.#current)
      throw new StorageError("database_in_use", `database ${name} is current: make another current first`);
    if (this.#stores.has(name))
      throw new StorageError("database_in_use", `database ${name} is open: close its store first`);
    await this.#doing(`cannot drop ${name}`, async () => {
      const id = await this.#find(sessions, name);
      if (id === undefined) return;
      await sessions.writer.transact(async (connection) => {
        await connection.run(`DELETE FROM ${this.#names.databases} WHERE name = $1`, [name]);
        await connection.run(`DROP TABLE IF EXISTS ${this.#names.rows(id)}, ${this.#names.entries(id)}`);
      });
    });
  }

  async close(): Promise<void> {
    const sessions = this.#sessions;
    if (sessions === undefined || sessions === "opening") return;
    await Promise.all([...this.#stores.values()].map((store) => store?.close()));
    this.#sessions = undefined;
    await Promise.all([sessions.reads.close(), sessions.snapshots.close(), sessions.writer.close()]);
  }

  /** Brings the table of entries to what was asked for: kept from here on, or gone. */
  async #projectEntries(
    { writer, reads }: PlaceSessions,
    name: string,
    id: number,
    store: PostgresStore,
  ): Promise<void> {
    const isKept = await reads.run((connection) => hasEntryTable(connection, this.#names, id));
    if (this.projection === undefined) {
      if (isKept) await writer.transact((connection) => dropEntryTable(connection, this.#names, id));
      return;
    }
    const project = await this.projection(store);
    if (!isKept) {
      await writer.transact(async (connection) => {
        await createEntryTable(connection, this.#names, id, project);
        if (name === this.#current) await showEntries(connection, this.#names, id);
      });
    }
    store.keepEntries(project);
  }

  async #find({ reads }: PlaceSessions, name: string): Promise<number | undefined> {
    const [row] = await reads.run((connection) =>
      connection.rows<{ id: string }>(`SELECT id FROM ${this.#names.databases} WHERE name = $1`, [name]),
    );
    return row && Number(row.id);
  }

  async #create(sessions: PlaceSessions, name: string): Promise<number> {
    await sessions.writer.transact(async (connection) => {
      const [row] = await connection.rows<{ id: string }>(
        `INSERT INTO ${this.#names.databases} (name) VALUES ($1) RETURNING id`,
        [name],
      );
      const table = this.#names.rows(Number(row?.id));
      await connection.run(`CREATE TABLE ${table} (key bytea PRIMARY KEY, value bytea NOT NULL)`);
    });
    return (await this.#find(sessions, name)) as number;
  }

  /** Whether the server itself is durable is its administrator's choice. */
  async #support(reads: ConnectionPool): Promise<StoreSupport> {
    const [row] = await reads.run((connection: Connection) => connection.rows<{ fsync: string }>("SHOW fsync", []));
    return { durable: row?.fsync === "on", keyBytesMax: KEY_BYTES_MAX, snapshotsMax: this.options.snapshotsMax };
  }

  async #doing<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toStorageError(error, doing);
    }
  }

  #opened(): PlaceSessions {
    if (this.#sessions === undefined || this.#sessions === "opening")
      throw new StorageError("store_closed", `schema ${this.#names.schema} is not open: call open()`);
    return this.#sessions;
  }
}

/** Without user and password. */
const serverName = (url: string): string => {
  const { host, pathname } = new URL(url);
  return `${host || "the local server"}${pathname}`;
};
