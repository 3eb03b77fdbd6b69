import type { EntryState, Uuid } from "@concordat/crdt";
import { decodeEntry } from "@concordat/protocol";
import type { Snapshot } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { ALL_ENTRIES, entriesAfter, entryKey } from "../database/key-space.js";
import { storedEntryOf } from "../database/rows.js";
import { pagesOf } from "../database/snapshot-reads.js";
import type { Entry, Lookup } from "../entry.js";
import type { EntryPage, ListOptions } from "../replica.js";
import { entryView, lookupView } from "./entry-view.js";

const LIST_LIMIT = 100;
const LIST_LIMIT_MAX = 10_000;
/** Entries that a filtered page looks at before it ends early, so that one request has an end. */
const FILTERED_ENTRIES_MAX = 20_000;

/** The stored states of `uuids`, in their order, in one read. */
export const readStates = async (database: Database, uuids: readonly Uuid[]): Promise<(EntryState | undefined)[]> => {
  const values = await database.store.getMany(uuids.map(entryKey));
  return values.map((value) => value && stateOf(database, value));
};

export const readLookup = async (database: Database, uuid: Uuid): Promise<Lookup> => {
  const [state] = await readStates(database, [uuid]);
  return lookupView(state);
};

export const readEntries = async (database: Database, uuids: readonly Uuid[]): Promise<(Entry | undefined)[]> => {
  const states = await readStates(database, uuids);
  return states.map((state) => (state?.kind === "live" ? entryView(state) : undefined));
};

/** A page of live entries in the order of their uuids. */
export const listEntries = async (database: Database, options: ListOptions): Promise<EntryPage> => {
  const limit = Math.max(1, Math.min(options.limit ?? LIST_LIMIT, LIST_LIMIT_MAX));
  const snapshot = await database.store.snapshot();
  try {
    const entries: Entry[] = [];
    let looked = 0;
    for await (const rows of pagesOf(snapshot, entriesAfter(options.after))) {
      for (const { value } of rows) {
        const state = stateOf(database, value);
        looked += 1;
        const entry = state.kind === "live" ? entryView(state) : undefined;
        if (entry && (options.filter?.(entry) ?? true)) entries.push(entry);
        if (entries.length >= limit || looked >= FILTERED_ENTRIES_MAX) return { entries, next: state.uuid };
      }
    }
    return { entries, next: undefined };
  } finally {
    await snapshot.close();
  }
};

/** Every stored state of one moment, tombstones too, in the order of the uuids. */
export async function* allStates(database: Database, snapshot: Snapshot): AsyncGenerator<EntryState> {
  for await (const rows of pagesOf(snapshot, ALL_ENTRIES)) for (const { value } of rows) yield stateOf(database, value);
}

export async function* allEntries(database: Database): AsyncGenerator<Entry> {
  const snapshot = await database.store.snapshot();
  try {
    for await (const state of allStates(database, snapshot)) if (state.kind === "live") yield entryView(state);
  } finally {
    await snapshot.close();
  }
}

/** The state in the value of an entry's row. */
export const stateOf = (database: Database, value: Uint8Array): EntryState =>
  decodeEntry(storedEntryOf(value).record, database.table.servers, database.limits);
