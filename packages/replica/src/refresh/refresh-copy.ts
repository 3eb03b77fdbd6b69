import type { EntryState, Ruv, ServerUuid } from "@concordat/crdt";
import {
  type Chunk,
  type Cursor,
  decodeEntry,
  type EntryLimits,
  ProtocolError,
  validateEntry,
} from "@concordat/protocol";
import type { Operation } from "@concordat/storage";
import { CommitBuilder, type EntryWrite } from "../database/commit-builder.js";
import type { Database } from "../database/database.js";
import { derivedOperations } from "../database/derived-rows.js";
import { entryKey } from "../database/key-space.js";
import { COMMIT_NAME_BYTES, storedEntryOf } from "../database/rows.js";
import type { Random } from "../ports/random.js";

/**
 * Copies a supplier's records into a new database, unread: they are validated, and stored as they came, since the
 * new database takes over the supplier's server table. Model, section 6.
 */
export class RefreshCopy {
  readonly #database: Database;
  readonly #random: Random;

  constructor(database: Database, random: Random) {
    this.#database = database;
    this.#random = random;
  }

  get database(): Database {
    return this.#database;
  }

  /** Durable when it resolves, with the cursor that reaches it. @throws ProtocolError, with nothing of it stored. */
  async write(chunk: Chunk, servers: readonly ServerUuid[], limits: EntryLimits): Promise<void> {
    const builder = await this.#staged(chunk, servers, limits);
    builder.setCursor(chunk.cursor);
    await builder.commit(this.#random.bytes(COMMIT_NAME_BYTES));
  }

  /** The last commit: the vector is claimed, and the database gets a name of its own. */
  async finish(rows: Ruv, cursor: Cursor, identity: readonly Operation[]): Promise<void> {
    const builder = new CommitBuilder(this.#database);
    for (const [server, row] of rows) builder.setRow(server, row);
    builder.setCursor(cursor);
    await builder.commit(this.#random.bytes(COMMIT_NAME_BYTES), identity);
  }

  async #staged(chunk: Chunk, servers: readonly ServerUuid[], limits: EntryLimits): Promise<CommitBuilder> {
    const builder = new CommitBuilder(this.#database);
    const headers = chunk.records.map((record) => validateEntry(record, servers, limits));
    if (new Set(headers.map(({ uuid }) => uuid)).size !== headers.length) throw twice();
    // A copy that goes on where an earlier try stopped meets what changed meanwhile again.
    const known = await this.#database.store.getMany(headers.map(({ uuid }) => entryKey(uuid)));
    for (const [index, { uuid, kind, newestMicros, isPlain }] of headers.entries()) {
      const record = chunk.records[index] as Uint8Array;
      const before = this.#storedEntry(known[index]);
      builder.putEntry({ uuid, kind, record, stored: before });
      builder.raiseClock(newestMicros);
      // From a plain entry no other rows follow.
      if (isPlain && (before?.isPlain ?? true)) continue;
      const [was, is] = [before?.record, record].map((bytes) => bytes && this.#decoded(bytes));
      builder.addOperations(derivedOperations(uuid, was, is));
    }
    return builder;
  }

  #storedEntry(value: Uint8Array | undefined): (EntryWrite["stored"] & { readonly isPlain: boolean }) | undefined {
    if (value === undefined) return undefined;
    const stored = storedEntryOf(value);
    const { kind, isPlain } = validateEntry(stored.record, this.#database.table.servers, this.#database.limits);
    return { ...stored, kind, isPlain };
  }

  #decoded(record: Uint8Array): EntryState {
    return decodeEntry(record, this.#database.table.servers, this.#database.limits);
  }
}

const twice = (): ProtocolError =>
  new ProtocolError("shape", "the partner sent one entry twice in a chunk", { blame: "peer" });
