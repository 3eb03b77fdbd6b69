import {
  type ChangeId,
  conflictUuid,
  type EntryState,
  newestChangeOfEntry,
  type RuvRow,
  type ServerUuid,
  sameBytes,
  UUID_BYTES,
  type Uuid,
  uuidFromBytes,
} from "@concordat/crdt";
import { decodeEntry, encodeEntry } from "@concordat/protocol";
import type { Row, Snapshot } from "@concordat/storage";
import { type ConstraintIndex, type Database, readHead } from "./database/database.js";
import { ALL_CURSORS, ALL_ENTRIES, ALL_FEED_ROWS, feedKey, NUMBER_BYTES } from "./database/key-space.js";
import { type Meta, readMeta } from "./database/meta.js";
import { CURSOR_BYTES, NOT_IN_FEED, SCAN_CURSOR_BYTES, storedEntryOf } from "./database/rows.js";
import { ServerTable } from "./database/server-table.js";
import { type FeedRow, feedPagesOf, pagesOf, readRuvRows } from "./database/snapshot-reads.js";
import { hexadecimal } from "./hexadecimal.js";
import type { CreateHash, Hash } from "./ports/hash.js";
import { neutralRecord } from "./read/neutral-record.js";
import type { VerifyOptions, VerifyReport } from "./replica.js";
import { REPLICA_LIMITS } from "./replica-limits.js";
import type { Turn } from "./turn.js";
import { ClaimRows } from "./verify/claim-rows.js";
import { DerivedRows, type RowsContext } from "./verify/derived-rows.js";
import { IndexRows } from "./verify/index-rows.js";
import { OtherRows } from "./verify/other-rows.js";

export interface VerifyContext {
  readonly database: () => Database;
  /** The moment is between two commits: what takes several, as making the rows of another schema, is then whole. */
  readonly turn: Turn;
  readonly createHash: CreateHash;
}

/**
 * Checks one moment of a database against everything that must hold in it: each record reads and is in its one
 * encoding, a conflict entry stands where it must, entry and feed rows name each other, the feed ends at the newest
 * commit, totals and clock agree with the content, the vector has a row for every server that a change names, and
 * claims every change of this server's own. Rows that follow from states and schema (what can be purged, conflicts, claims,
 * references, what is found by its value, what is invalid) are exactly those that do; the others
 * can be read, and there are none that nobody writes. Damage is reported, whatever it is; only
 * a store that fails rejects.
 *
 * Rejects with what aborted `options.signal`.
 */
export const verifyDatabase = async (
  { database: current, turn, createHash }: VerifyContext,
  options: VerifyOptions,
): Promise<VerifyReport> => {
  const [database, index, snapshot] = await turn.run(async () => {
    const one = current();
    return [one, one.index, await one.store.snapshot()] as const;
  });
  try {
    return await new Verification(database, index, snapshot, createHash, options).run();
  } finally {
    await snapshot.close();
  }
};

class Verification {
  readonly #database: Database;
  readonly #snapshot: Snapshot;
  readonly #derivedRows: DerivedRows;
  readonly #claimRows: ClaimRows;
  readonly #indexRows: IndexRows;
  readonly #otherRows: OtherRows;
  readonly #options: VerifyOptions;
  readonly #content: Hash;
  /** Whether every entry is in the digest of the content. */
  #isContentWhole = true;
  readonly #problems: string[] = [];
  #rows: readonly { readonly server: ServerUuid; readonly row: RuvRow }[] = [];
  #table: ServerTable;
  #live = 0;
  #tombstones = 0;
  #bytes = 0;
  #newestMicros = 0;
  #newestOwnMicros = 0;

  constructor(
    database: Database,
    index: ConstraintIndex,
    snapshot: Snapshot,
    createHash: CreateHash,
    options: VerifyOptions,
  ) {
    this.#options = options;
    this.#content = createHash();
    this.#database = database;
    this.#snapshot = snapshot;
    this.#table = database.table;
    const context: RowsContext = {
      snapshot,
      index,
      stateOf: (value) => this.#stateOf(value),
      report: (problem) => this.#report(problem),
    };
    this.#derivedRows = new DerivedRows(context);
    this.#claimRows = new ClaimRows(context);
    this.#indexRows = new IndexRows(context);
    this.#otherRows = new OtherRows(context);
  }

  async run(): Promise<VerifyReport> {
    await this.#readVector();
    await this.#checkEntries();
    await this.#derivedRows.checkRows();
    await this.#claimRows.checkRows();
    await this.#indexRows.checkRows();
    await this.#checkFeed();
    await this.#checkCursors();
    await this.#otherRows.checkRows();
    await this.#checkMeta();
    const sha256 = this.#isContentWhole ? hexadecimal(this.#content.digest()) : undefined;
    return { entriesChecked: this.#live + this.#tombstones, sha256, problems: this.#problems };
  }

  async #readVector(): Promise<void> {
    try {
      this.#rows = await readRuvRows(this.#snapshot);
      this.#table = new ServerTable(this.#rows.map(({ server }) => server));
    } catch (error) {
      this.#report(messageOf(error));
    }
    if (new Set(this.#rows.map(({ server }) => server)).size !== this.#rows.length)
      this.#report("the server table names a server twice");
  }

  async #checkEntries(): Promise<void> {
    const { liveEntries, tombstones } = this.#database.state.totals;
    for await (const rows of pagesOf(this.#snapshot, ALL_ENTRIES)) {
      this.#options.signal?.throwIfAborted();
      const whole = rows.filter((row) => this.#isWhole(row));
      const feedRows = await this.#snapshot.getMany(whole.map(({ value }) => feedKey(storedEntryOf(value).sequence)));
      const states: EntryState[] = [];
      for (const [index, { key, value }] of whole.entries()) {
        const uuid = uuidFromBytes<Uuid>(key, 1);
        const feedRow = feedRows[index];
        const { sequence, record } = storedEntryOf(value);
        if (sequence !== NOT_IN_FEED && (feedRow === undefined || !sameBytes(feedRow, key.subarray(1))))
          this.#report(`entry ${uuid} has no row in the feed`);
        const state = this.#checkRecord(uuid, record);
        if (state?.uuid === uuid) states.push(state);
        else this.#isContentWhole = false;
      }
      await this.#derivedRows.checkEntries(states);
      await this.#claimRows.checkEntries(states);
      await this.#indexRows.checkEntries(states);
      for (const state of states) this.#content.update(neutralRecord(state));
      const entries = this.#live + this.#tombstones;
      this.#options.onProgress?.({ entries, entriesTotal: liveEntries + tombstones });
    }
  }

  #isWhole({ key, value }: Row): boolean {
    if (key.length === 1 + UUID_BYTES && value.length > NUMBER_BYTES) return true;
    this.#report(`an entry row with a key of ${key.length} bytes and a value of ${value.length} is none`);
    return false;
  }

  /** @returns its state, if it reads. */
  #checkRecord(uuid: Uuid, record: Uint8Array): EntryState | undefined {
    this.#bytes += record.length;
    try {
      const state = decodeEntry(record, this.#table.servers, this.#database.limits);
      this.#checkState(uuid, state);
      if (!sameBytes(encodeEntry(state, this.#table.indexOf), record))
        this.#report(`entry ${uuid} is not in its one encoding`);
      return state;
    } catch (error) {
      this.#report(`entry ${uuid} does not read: ${messageOf(error)}`);
      return undefined;
    }
  }

  #stateOf(value: Uint8Array): EntryState | undefined {
    try {
      return decodeEntry(storedEntryOf(value).record, this.#table.servers, this.#database.limits);
    } catch {
      return undefined;
    }
  }

  #checkState(uuid: Uuid, state: EntryState): void {
    const { conflictOf, createdAt } = state;
    if (state.uuid !== uuid) this.#report(`entry ${uuid} is stored under another uuid than its record's ${state.uuid}`);
    if (conflictOf !== undefined && conflictUuid(conflictOf, createdAt) !== uuid)
      this.#report(`entry ${uuid} is marked as a conflict of ${conflictOf}, whose uuid would be another`);
    if (state.kind === "live") this.#live += 1;
    else this.#tombstones += 1;
    this.#noteChange(newestChangeOfEntry(state));
  }

  #noteChange({ ts, server }: ChangeId): void {
    this.#newestMicros = Math.max(this.#newestMicros, ts);
    if (server === this.#database.serverUuid) this.#newestOwnMicros = Math.max(this.#newestOwnMicros, ts);
  }

  async #checkFeed(): Promise<void> {
    const head = await readHead(this.#snapshot);
    for await (const rows of feedPagesOf(this.#snapshot, ALL_FEED_ROWS)) {
      for (const row of rows) {
        if (!isNamed(row)) this.#report(`feed row ${row.sequence} names no entry`);
        if (row.sequence > head.sequence)
          this.#report(`feed row ${row.sequence} is beyond the newest commit, ${head.sequence}`);
      }
    }
  }

  async #checkCursors(): Promise<void> {
    for await (const rows of pagesOf(this.#snapshot, ALL_CURSORS)) {
      for (const { key, value } of rows) {
        if (key.length === 1 + UUID_BYTES && (value.length === CURSOR_BYTES || value.length === SCAN_CURSOR_BYTES))
          continue;
        this.#report(`a cursor row with a key of ${key.length} bytes and a value of ${value.length} is none`);
      }
    }
  }

  async #checkMeta(): Promise<void> {
    const meta = await this.#readMeta();
    if (meta === undefined) return;
    const { liveEntries, tombstones, recordBytes } = meta.totals;
    if (liveEntries !== this.#live || tombstones !== this.#tombstones || recordBytes !== this.#bytes) {
      this.#report(
        `totals speak of ${liveEntries} + ${tombstones} entries, ${recordBytes} bytes; found ${this.#live} + ${this.#tombstones}, ${this.#bytes}`,
      );
    }
    if (meta.clockMicros < this.#newestMicros)
      this.#report(`the clock is at ${meta.clockMicros}, a change at ${this.#newestMicros}`);
    const own = this.#rows.find(({ server }) => server === meta.serverUuid)?.row;
    if (own && own.seen > meta.clockMicros)
      this.#report(`the vector claims this server up to ${own.seen}, the clock is at ${meta.clockMicros}`);
    for (const { server, row } of this.#rows)
      if (row.purged > row.seen)
        this.#report(`the vector has purged ${server} up to ${row.purged}, and seen ${row.seen}`);
    const ownIndex = this.#rows.findIndex(({ server }) => server === meta.serverUuid);
    if (ownIndex >= 0) await this.#otherRows.checkHistory(ownIndex, own);
    if (own && own.lineage.at !== own.seen)
      this.#report(`the lineage of this server ends at ${own.lineage.at}, its row at ${own.seen}`);
    if (this.#newestOwnMicros > (own?.seen ?? 0))
      this.#report(
        `the vector claims this server up to ${own?.seen ?? 0}, one of its changes is at ${this.#newestOwnMicros}`,
      );
  }

  async #readMeta(): Promise<Meta | undefined> {
    try {
      const meta = await readMeta(this.#snapshot);
      if (meta === undefined) this.#report("the database lacks its own description");
      return meta;
    } catch (error) {
      this.#report(messageOf(error));
      return undefined;
    }
  }

  #report(problem: string): void {
    if (this.#problems.length < REPLICA_LIMITS.problemsMax) this.#problems.push(problem);
  }
}

const isNamed = ({ sequence, uuid, entry }: FeedRow): boolean =>
  uuid.length === UUID_BYTES &&
  entry !== undefined &&
  entry.length > NUMBER_BYTES &&
  storedEntryOf(entry).sequence === sequence;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
