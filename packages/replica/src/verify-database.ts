import { newestChangeOfEntry, sameBytes, type Uuid, uuidFromBytes } from "@concordat/crdt";
import { decodeEntry, encodeEntry } from "@concordat/protocol";
import type { Snapshot } from "@concordat/storage";
import { type Database, readHead } from "./database/database.js";
import { ALL_ENTRIES, ALL_FEED_ROWS, entryKeyOfBytes, feedKey, numberOfKey } from "./database/key-space.js";
import { readMeta } from "./database/meta.js";
import { storedEntryOf } from "./database/rows.js";
import { pagesOf, readRuvRows } from "./database/snapshot-reads.js";
import type { VerifyReport } from "./replica.js";
import { REPLICA_LIMITS } from "./replica-limits.js";

/**
 * Checks one moment of a database against everything that must hold in it: each record reads and is in its one
 * encoding, entry and feed rows name each other, the feed ends at the newest commit, totals and clock agree with the
 * content, and the vector has a row for every server that a change names.
 */
export const verifyDatabase = async (database: Database): Promise<VerifyReport> => {
  const snapshot = await database.store.snapshot();
  try {
    return await new Verification(database, snapshot).run();
  } finally {
    await snapshot.close();
  }
};

class Verification {
  readonly #database: Database;
  readonly #snapshot: Snapshot;
  readonly #problems: string[] = [];
  #live = 0;
  #tombstones = 0;
  #bytes = 0;
  #newestMicros = 0;

  constructor(database: Database, snapshot: Snapshot) {
    this.#database = database;
    this.#snapshot = snapshot;
  }

  async run(): Promise<VerifyReport> {
    await this.#checkEntries();
    await this.#checkFeed();
    await this.#checkMeta();
    return { entriesChecked: this.#live + this.#tombstones, problems: this.#problems };
  }

  async #checkEntries(): Promise<void> {
    for await (const rows of pagesOf(this.#snapshot, ALL_ENTRIES)) {
      const feedRows = await this.#snapshot.getMany(rows.map(({ value }) => feedKey(storedEntryOf(value).sequence)));
      for (const [index, { key, value }] of rows.entries()) {
        const uuid = uuidFromBytes<Uuid>(key, 1);
        const feedRow = feedRows[index];
        if (feedRow === undefined || !sameBytes(feedRow, key.subarray(1)))
          this.#report(`entry ${uuid} has no row in the feed`);
        this.#checkRecord(uuid, storedEntryOf(value).record);
      }
    }
  }

  #checkRecord(uuid: Uuid, record: Uint8Array): void {
    const { table, limits } = this.#database;
    try {
      const state = decodeEntry(record, table.servers, limits);
      if (state.uuid !== uuid)
        this.#report(`entry ${uuid} is stored under another uuid than its record's ${state.uuid}`);
      if (!sameBytes(encodeEntry(state, table.indexOf), record))
        this.#report(`entry ${uuid} is not in its one encoding`);
      if (state.kind === "live") this.#live += 1;
      else this.#tombstones += 1;
      this.#newestMicros = Math.max(this.#newestMicros, newestChangeOfEntry(state).ts);
    } catch (error) {
      this.#report(`entry ${uuid} does not read: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#bytes += record.length;
  }

  async #checkFeed(): Promise<void> {
    const head = await readHead(this.#snapshot);
    for await (const rows of pagesOf(this.#snapshot, ALL_FEED_ROWS)) {
      const entries = await this.#snapshot.getMany(rows.map(({ value }) => entryKeyOfBytes(value)));
      for (const [index, { key }] of rows.entries()) {
        const sequence = numberOfKey(key);
        const entry = entries[index];
        if (entry === undefined || storedEntryOf(entry).sequence !== sequence)
          this.#report(`feed row ${sequence} names no entry`);
        if (sequence > head.sequence)
          this.#report(`feed row ${sequence} is beyond the newest commit, ${head.sequence}`);
      }
    }
  }

  async #checkMeta(): Promise<void> {
    const meta = await readMeta(this.#snapshot);
    const rows = await readRuvRows(this.#snapshot);
    if (meta === undefined) return this.#report("the database lacks its own description");
    const { liveEntries, tombstones, recordBytes } = meta.totals;
    if (liveEntries !== this.#live || tombstones !== this.#tombstones || recordBytes !== this.#bytes) {
      this.#report(
        `totals speak of ${liveEntries} + ${tombstones} entries, ${recordBytes} bytes; found ${this.#live} + ${this.#tombstones}, ${this.#bytes}`,
      );
    }
    if (meta.clockMicros < this.#newestMicros)
      this.#report(`the clock is at ${meta.clockMicros}, a change at ${this.#newestMicros}`);
    const own = rows.find(({ server }) => server === meta.serverUuid)?.row;
    if (own && own.seen > meta.clockMicros)
      this.#report(`the vector claims this server up to ${own.seen}, the clock is at ${meta.clockMicros}`);
    if (own && own.lineage.at !== own.seen)
      this.#report(`the lineage of this server ends at ${own.lineage.at}, its row at ${own.seen}`);
    if (new Set(rows.map(({ server }) => server)).size !== rows.length)
      this.#report("the server table names a server twice");
  }

  #report(problem: string): void {
    if (this.#problems.length < REPLICA_LIMITS.problemsMax) this.#problems.push(problem);
  }
}
