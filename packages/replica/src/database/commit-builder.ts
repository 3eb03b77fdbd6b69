import { type EntryState, type RuvRow, type ServerUuid, type Uuid, uuidToBytes } from "@concordat/crdt";
import { type Cursor, entryUuidBytes } from "@concordat/protocol";
import type { Operation } from "@concordat/storage";
import type { Totals } from "../replica-status.js";
import { type Database, type DatabaseState, EMPTY_ROW } from "./database.js";
import { historyOperation } from "./history-rows.js";
import { commitKey, cursorKey, entryKey, entryKeyOfBytes, feedKey, ruvKey } from "./key-space.js";
import { progressOperations } from "./meta.js";
import { cursorBytes, NOT_IN_FEED, ruvRowBytes, type StoredEntry, storedEntryBytes } from "./rows.js";

/** An entry's record as a commit replaces it. */
export interface EntryWrite {
  readonly uuid: Uuid;
  readonly kind: EntryState["kind"];
  readonly record: Uint8Array;
  readonly stored: (StoredEntry & { readonly kind: EntryState["kind"] }) | undefined;
}

/**
 * One commit: entries with their places in the feed, rows of the vector, cursor, clock and totals, which take effect
 * together or not at all. Whoever builds one has the writer's turn until it is committed or dropped.
 */
export class CommitBuilder {
  readonly #operations: Operation[] = [];
  readonly #rows = new Map<ServerUuid, RuvRow>();
  #sequence: number;
  readonly #totals: { -readonly [K in keyof Totals]: Totals[K] };
  #clockMicros: number;
  #changed = false;

  constructor(readonly database: Database) {
    this.#sequence = database.state.head.sequence;
    this.#totals = { ...database.state.totals };
    this.#clockMicros = database.state.clockMicros;
  }

  get clockMicros(): number {
    return this.#clockMicros;
  }

  /** Gives the entry the next place in the feed. Each uuid once. */
  putEntry({ uuid, kind, record, stored }: EntryWrite): void {
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#leaveFeed(stored);
    this.#operations.push({ key: feedKey(sequence), value: uuidToBytes(uuid) });
    this.#operations.push({ key: entryKey(uuid), value: storedEntryBytes(sequence, record, this.database.arena) });
    this.#count(kind, 1, record.length);
    if (stored) this.#count(stored.kind, -1, -stored.record.length);
  }

  /** Stores an entry that a refresh brings: it has no place in the feed until it changes here. */
  copyEntry({ kind, record, stored }: Omit<EntryWrite, "uuid">): void {
    this.#changed = true;
    this.#leaveFeed(stored);
    const key = entryKeyOfBytes(entryUuidBytes(record));
    this.#operations.push({ key, value: storedEntryBytes(NOT_IN_FEED, record, this.database.arena) });
    this.#count(kind, 1, record.length);
    if (stored) this.#count(stored.kind, -1, -stored.record.length);
  }

  /** The feed begins behind what was there before: with a number that no entry has. */
  beginFeed(): void {
    this.#sequence += 1;
  }

  /** Replaces the record of an entry that stays where it is in the feed: it has lost only what everybody may lose. */
  rewriteEntry({ uuid, kind, record }: EntryWrite, stored: NonNullable<EntryWrite["stored"]>): void {
    this.#changed = true;
    this.#operations.push({
      key: entryKey(uuid),
      value: storedEntryBytes(stored.sequence, record, this.database.arena),
    });
    this.#count(kind, 1, record.length);
    this.#count(stored.kind, -1, -stored.record.length);
  }

  /** Takes the entry out, and its place in the feed. */
  removeEntry(uuid: Uuid, stored: StoredEntry & { readonly kind: EntryState["kind"] }): void {
    this.#changed = true;
    this.#leaveFeed(stored);
    this.#operations.push({ key: entryKey(uuid), value: undefined });
    this.#count(stored.kind, -1, -stored.record.length);
  }

  /** Rows that go with the entries. */
  addOperations(operations: readonly Operation[]): void {
    this.#changed ||= operations.length > 0;
    for (const operation of operations) this.#operations.push(operation);
  }

  raiseClock(micros: number): void {
    this.#clockMicros = Math.max(this.#clockMicros, micros);
  }

  row(server: ServerUuid): RuvRow {
    return this.#rows.get(server) ?? this.database.state.ruv.get(server) ?? EMPTY_ROW;
  }

  setRow(server: ServerUuid, row: RuvRow): void {
    this.#rows.set(server, row);
  }

  /** Marks of `server` up to `ts`, in microseconds, are purged with this commit. */
  raisePurged(server: ServerUuid, ts: number): void {
    const row = this.row(server);
    if (ts > row.purged) this.setRow(server, { ...row, purged: ts });
  }

  setCursor(cursor: Cursor): void {
    this.#changed = true;
    this.#operations.push({ key: cursorKey(cursor.server), value: cursorBytes(cursor) });
  }

  /**
   * Durable when it resolves. Does nothing when there is nothing to write.
   *
   * @param commitName names the commit, 8 random bytes.
   */
  async commit(commitName: Uint8Array, more: readonly Operation[] = []): Promise<void> {
    const { database } = this;
    const advanced = this.#sequence > database.state.head.sequence;
    if (!advanced && !this.#changed && this.#rows.size === 0 && more.length === 0) return;
    const head = advanced ? { sequence: this.#sequence, commit: commitName } : database.state.head;
    if (advanced) this.#operations.push({ key: commitKey(head.sequence), value: commitName });
    const ruv = this.#writeRows();
    this.#operations.push(...database.takeAgreedOperations(), ...database.pullTimes.takeOperations());
    const operations = [...this.#operations, ...progressOperations(this.#clockMicros, this.#totals), ...more];
    await database.commit({ operations }, { ruv, head, clockMicros: this.#clockMicros, totals: this.#totals });
  }

  /** Rows that moved, and one for every server that a record of this commit is the first to name. */
  #writeRows(): DatabaseState["ruv"] {
    const { database } = this;
    for (const server of this.#rows.keys()) database.table.indexOf(server);
    const touched = new Set([...this.#rows.keys(), ...database.table.servers.slice(database.persistedServers)]);
    if (touched.size === 0) return database.state.ruv;
    const ruv = new Map(database.state.ruv);
    for (const server of touched) {
      const row = this.row(server);
      if (server === database.serverUuid && row.lineage.at > (ruv.get(server)?.lineage.at ?? 0))
        this.#operations.push(historyOperation(database.table.indexOf(server), row.lineage, this.#sequence));
      ruv.set(server, row);
      this.#operations.push({ key: ruvKey(database.table.indexOf(server)), value: ruvRowBytes(server, row) });
    }
    return ruv;
  }

  #leaveFeed(stored: StoredEntry | undefined): void {
    if (stored && stored.sequence > NOT_IN_FEED)
      this.#operations.push({ key: feedKey(stored.sequence), value: undefined });
  }

  #count(kind: EntryState["kind"], entries: 1 | -1, bytes: number): void {
    this.#totals[kind === "live" ? "liveEntries" : "tombstones"] += entries;
    this.#totals.recordBytes += bytes;
  }
}
