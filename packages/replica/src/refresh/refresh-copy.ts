import type { EntryState, Ruv, ServerUuid } from "@concordat/crdt";
import {
  type Chunk,
  type Cursor,
  type EntryLimits,
  ProtocolError,
  readEntryUuid,
  type ValidatedEntry,
  validateEntry,
} from "@concordat/protocol";
import type { Operation } from "@concordat/storage";
import { CommitBuilder, type EntryWrite } from "../database/commit-builder.js";
import type { Database } from "../database/database.js";
import { derivedOperations } from "../database/derived-rows.js";
import { entryKey } from "../database/key-space.js";
import { COMMIT_NAME_BYTES, storedEntryOf } from "../database/rows.js";
import { stateOfRecord } from "../database/stored-state.js";
import type { Random } from "../ports/random.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { refuseFalsePlace } from "../session/false-claims.js";
import { StoredExtent } from "./stored-extent.js";

/** What is there of an entry, and whether no other rows follow from it. */
type Stored = NonNullable<EntryWrite["stored"]> & Pick<ValidatedEntry, "isPlain">;

/** A chunk that was checked. */
interface CheckedChunk {
  readonly chunk: Chunk;
  readonly headers: readonly ValidatedEntry[];
  /** Whether nothing of it can be stored already. */
  readonly isNew: boolean;
}

/**
 * Copies a supplier's records into a new database, unread: they are validated, and stored as they came, since the
 * new database takes over the supplier's server table. A supplier sends them in the order of their uuids, in which the
 * store only appends. Model, section 6.
 */
export class RefreshCopy {
  readonly #database: Database;
  readonly #random: Random;
  /** `undefined` where an earlier try took records in another order. */
  readonly #extent: StoredExtent | undefined;
  readonly #waiting: CheckedChunk[] = [];
  #committing: Promise<void> | undefined;

  /** @param cursor how far an earlier try has come. */
  constructor(database: Database, random: Random, cursor: Cursor | undefined) {
    this.#database = database;
    this.#random = random;
    this.#extent = cursor && cursor.scan === undefined ? undefined : new StoredExtent(cursor?.scan?.uuid);
  }

  get database(): Database {
    return this.#database;
  }

  /**
   * Stores `chunk` with the cursor that reaches it, and resolves while that is on its way to the disk, so that the next chunks can
   * be received: what comes while one commit runs shares the next. Durable once `settled` resolves.
   *
   * @throws ProtocolError, with nothing of it stored; StorageError for a commit before.
   */
  async write(chunk: Chunk, servers: readonly ServerUuid[], limits: EntryLimits): Promise<void> {
    const headers = chunk.records.map((record) => validateEntry(record, servers, limits));
    const isNew = this.#extent?.extend(chunk.records) ?? false;
    if (this.#waiting.length >= REPLICA_LIMITS.chunksCopiedMax) await this.#committing;
    this.#waiting.push({ chunk, headers, isNew });
    if (this.#committing) return;
    this.#committing = this.#commitWaiting();
    this.#committing.catch(() => undefined);
  }

  /** Resolves once all that was written is durable, or rejects with what went wrong. */
  async settled(): Promise<void> {
    await this.#committing;
  }

  /** Rejects, and is not tried again, when a commit fails. */
  async #commitWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const builder = new CommitBuilder(this.#database);
      for (const { chunk, headers, isNew } of this.#nextGroup()) {
        await this.#stage(builder, chunk.records, headers, isNew);
        builder.setCursor(chunk.cursor);
      }
      await builder.commit(this.#random.bytes(COMMIT_NAME_BYTES));
    }
    this.#committing = undefined;
  }

  /** One whose entries have to be looked up comes alone: it has to find those before it. */
  #nextGroup(): CheckedChunk[] {
    const known = this.#waiting.findIndex(({ isNew }) => !isNew);
    return this.#waiting.splice(0, known === -1 ? this.#waiting.length : Math.max(1, known));
  }

  /** The last commit: the vector is claimed, and the database gets a name of its own. */
  async finish(rows: Ruv, cursor: Cursor, identity: readonly Operation[]): Promise<void> {
    const { liveEntries, tombstones } = this.#database.state.totals;
    const builder = new CommitBuilder(this.#database);
    for (const [server, row] of rows) builder.setRow(server, row);
    // One without entries stays as if it had never been written to: it is to empty nobody.
    if (liveEntries + tombstones > 0) builder.beginFeed();
    builder.setCursor(cursor);
    await builder.commit(this.#random.bytes(COMMIT_NAME_BYTES), identity);
  }

  async #stage(
    builder: CommitBuilder,
    records: readonly Uint8Array[],
    headers: readonly ValidatedEntry[],
    isNew: boolean,
  ): Promise<void> {
    const known = isNew ? undefined : await this.#storedOf(records);
    for (const [index, record] of records.entries()) {
      const { kind, newestMicros, isPlain } = headers[index] as ValidatedEntry;
      const stored = known?.[index];
      builder.copyEntry({ kind, record, stored });
      builder.raiseClock(newestMicros);
      // From a plain entry no other rows follow.
      if (isPlain && (stored?.isPlain ?? true)) continue;
      const [was, is] = [stored?.record, record].map((bytes) => bytes && this.#decoded(bytes));
      if (is) refuseFalsePlace(is);
      builder.addOperations(derivedOperations(readEntryUuid(record), was, is));
    }
  }

  /** What is there of them already: a copy that goes on where an earlier try stopped meets what changed meanwhile again. */
  async #storedOf(records: readonly Uint8Array[]): Promise<(Stored | undefined)[]> {
    const uuids = records.map(readEntryUuid);
    if (new Set(uuids).size !== uuids.length) throw twice();
    const values = await this.#database.store.getMany(uuids.map(entryKey));
    return values.map((value) => value && this.#stored(value));
  }

  #stored(value: Uint8Array): Stored {
    const stored = storedEntryOf(value);
    const { kind, isPlain } = validateEntry(stored.record, this.#database.table.servers, this.#database.limits);
    return { ...stored, kind, isPlain };
  }

  #decoded(record: Uint8Array): EntryState {
    return stateOfRecord(this.#database, record);
  }
}

const twice = (): ProtocolError =>
  new ProtocolError("shape", "the partner sent one entry twice in a chunk", { blame: "peer" });
