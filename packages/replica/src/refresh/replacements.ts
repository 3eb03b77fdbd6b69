import type { ServerUuid } from "@concordat/crdt";
import type { Begin, EntryLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import { Database } from "../database/database.js";
import type { Random } from "../ports/random.js";

/** The databases beside the current one: the copy that a refresh is making, and the one that the last refresh replaced. */
export class Replacements {
  readonly #storage: Storage;
  readonly #random: Random;
  readonly #limits: EntryLimits;

  constructor(storage: Storage, random: Random, limits: EntryLimits) {
    this.#storage = storage;
    this.#random = random;
    this.#limits = limits;
  }

  /** The copy of `supplier`'s content that an earlier try left behind. Copies of others are dropped. */
  async unfinished(supplier: ServerUuid, currentName: string): Promise<Database | undefined> {
    let found: Database | undefined;
    for (const name of await this.#storage.names()) {
      if (name === currentName) continue;
      const store = await this.#storage.openStore(name);
      const database = await Database.open(name, store, this.#limits);
      if (found === undefined && database?.identity.refreshFrom === supplier) {
        found = database;
        continue;
      }
      await store.close();
      if (database === undefined || database.identity.refreshFrom) await this.#storage.drop(name);
    }
    return found;
  }

  /** A new database that takes over the supplier's server table, so that records can be stored as they come. */
  async create(begin: Begin, supplier: ServerUuid): Promise<Database> {
    const name = newDatabaseName(this.#random);
    const store = await this.#storage.openStore(name);
    const identity = { domainUuid: begin.domainUuid, serverUuid: supplier, refreshFrom: supplier };
    return Database.create(name, store, identity, begin.servers, this.#limits);
  }

  /** A finished copy as the replica that it became. */
  async reopen(database: Database): Promise<Database> {
    const reopened = await Database.open(database.name, database.store, this.#limits);
    if (reopened === undefined) throw new Error(`database ${database.name} lost its description`);
    return reopened;
  }

  async discard(database: Database): Promise<void> {
    await database.store.close();
    await this.#storage.drop(database.name);
  }

  /** Drops everything but `keep`. */
  async dropAllBut(keep: readonly string[]): Promise<void> {
    for (const name of await this.#storage.names()) if (!keep.includes(name)) await this.#storage.drop(name);
  }
}

export const newDatabaseName = (random: Random): string =>
  `db-${[...random.bytes(6)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
