import { type DomainUuid, randomUuid, type ServerUuid } from "@concordat/crdt";
import type { Begin, EntryLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import { CommitBuilder } from "../database/commit-builder.js";
import { Database } from "../database/database.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { hexadecimal } from "../hexadecimal.js";
import type { Random } from "../ports/random.js";

/**
 * The databases beside the current one: the copy that a refresh is making, and the one that the last refresh replaced.
 * Made for one refresh, and closed with it: a copy that did not become current stays for the next try.
 */
export class Replacements {
  readonly #storage: Storage;
  readonly #random: Random;
  readonly #limits: EntryLimits;
  #copy: Database | undefined;

  constructor(storage: Storage, random: Random, limits: EntryLimits) {
    this.#storage = storage;
    this.#random = random;
    this.#limits = limits;
  }

  /** The copy of `supplier`'s content that an earlier try left behind. Copies of others are dropped. */
  async unfinished(supplier: ServerUuid, currentName: string | undefined): Promise<Database | undefined> {
    for (const name of await this.#storage.names()) {
      if (name === currentName) continue;
      const database = await this.#open(name);
      const copyOf = database?.identity.refreshFrom;
      if (this.#copy === undefined && copyOf === supplier) {
        this.#copy = database;
        continue;
      }
      await database?.store.close();
      if (copyOf) await this.#storage.drop(name);
    }
    return this.#copy;
  }

  /** A new database that takes over the supplier's server table, so that records can be stored as they come. */
  async create(begin: Begin, supplier: ServerUuid): Promise<Database> {
    const name = newDatabaseName(this.#random);
    const store = await this.#storage.openStore(name);
    const identity = { domainUuid: begin.domainUuid, serverUuid: supplier, refreshFrom: supplier };
    try {
      this.#copy = await Database.create(name, store, identity, begin.servers, this.#limits);
      await this.#notePurged(this.#copy, begin);
      return this.#copy;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** A new database that names itself unfinished, for whoever fills it with rows as they are. */
  async createBlank(domainUuid: DomainUuid): Promise<Database> {
    const name = newDatabaseName(this.#random);
    const store = await this.#storage.openStore(name);
    const nobody = randomUuid<ServerUuid>(this.#random.bytes(16));
    try {
      const identity = { domainUuid, serverUuid: nobody, refreshFrom: nobody };
      this.#copy = await Database.create(name, store, identity, [], this.#limits);
      return this.#copy;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Drops what earlier tries left behind, of refreshes too. */
  async dropUnfinished(currentName: string | undefined): Promise<void> {
    await this.unfinished(randomUuid<ServerUuid>(this.#random.bytes(16)), currentName);
  }

  /** What the supplier has purged when the copy begins: it can go on later only if that is still all. */
  async #notePurged(copy: Database, { rows }: Begin): Promise<void> {
    const builder = new CommitBuilder(copy);
    for (const { server, purged } of rows) builder.raisePurged(server, purged);
    await builder.commit(this.#random.bytes(COMMIT_NAME_BYTES));
  }

  /** Makes the copy, which is finished, the current database, and opens it as the replica that it has become. */
  async adopt({ name, store }: Database): Promise<Database> {
    try {
      const adopted = await Database.open(name, store, this.#limits);
      if (adopted === undefined) throw new Error(`database ${name} lost its description`);
      await this.#storage.makeCurrent(name);
      this.#copy = undefined;
      return adopted;
    } catch (error) {
      // It names itself a replica by now: no later try could go on with it.
      await this.discard().catch(() => undefined);
      throw error;
    }
  }

  /** Drops the copy: the next try begins anew. */
  async discard(): Promise<void> {
    const copy = this.#copy;
    this.#copy = undefined;
    await copy?.store.close();
    if (copy) await this.#storage.drop(copy.name);
  }

  /** Drops everything but `keep`. */
  async dropAllBut(keep: readonly string[]): Promise<void> {
    for (const name of await this.#storage.names()) if (!keep.includes(name)) await this.#storage.drop(name);
  }

  async close(): Promise<void> {
    await this.#copy?.store.close();
    this.#copy = undefined;
  }

  /** `undefined` for one that was never made whole, or does not read: it goes once a refresh has succeeded. */
  async #open(name: string): Promise<Database | undefined> {
    const store = await this.#storage.openStore(name);
    const database = await Database.open(name, store, this.#limits).catch(() => undefined);
    if (database === undefined) await store.close();
    return database;
  }
}

export const newDatabaseName = (random: Random): string => `db-${hexadecimal(random.bytes(6))}`;
