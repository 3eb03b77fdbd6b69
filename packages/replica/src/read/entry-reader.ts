import type { EntryState, Uuid } from "@concordat/crdt";
import type { Snapshot } from "@concordat/storage";
import { masksAnything } from "../constraint/constraints.js";
import { masksOf } from "../constraint/mask.js";
import type { RowSource } from "../constraint/unique-index.js";
import type { Database } from "../database/database.js";
import { ALL_ENTRIES, entriesAfter, entryKey } from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { stateOf } from "../database/stored-state.js";
import type { Entry, Lookup } from "../entry.js";
import type { EntryPage, ListOptions } from "../replica.js";
import { EntryPageBuilder } from "./entry-page-builder.js";
import { entryView, lookupView } from "./entry-view.js";

/** Entries whose masks are read at once, though the page may end among them. */
const VIEWED_TOGETHER = 64;

/** The stored states of `uuids`, in their order, in one read. */
export const readStates = async (database: Database, uuids: readonly Uuid[]): Promise<(EntryState | undefined)[]> => {
  const values = await database.store.getMany(uuids.map(entryKey));
  return values.map((value) => value && stateOf(database, value));
};

/** The live entry of `uuid`. What most read: nothing is awaited, or made, for what no constraint asks for. */
export const readEntry = async (database: Database, uuid: Uuid): Promise<Entry | undefined> => {
  const [value] = await database.store.getMany([entryKey(uuid)]);
  const state = value && stateOf(database, value);
  if (state?.kind !== "live") return undefined;
  const { constraints } = database.index;
  if (!masksAnything(constraints)) return entryView(state, constraints.kinds);
  const [mask] = await masksOf(database, database.store, [state]);
  return entryView(state, constraints.kinds, mask);
};

export const readLookup = async (database: Database, uuid: Uuid): Promise<Lookup> => {
  const [state] = await readStates(database, [uuid]);
  const [mask] = await masksOf(database, database.store, [state]);
  return lookupView(state, database.index.constraints.kinds, mask);
};

export const readEntries = async (database: Database, uuids: readonly Uuid[]): Promise<(Entry | undefined)[]> => {
  return viewsOf(database, database.store, await readStates(database, uuids));
};

/** `states` as readers see them, in their order; `undefined` for those that are not live. */
export const viewsOf = async (
  database: Database,
  source: RowSource,
  states: readonly (EntryState | undefined)[],
): Promise<(Entry | undefined)[]> => {
  const { kinds } = database.index.constraints;
  const masks = await masksOf(database, source, states);
  return states.map((state, index) => (state?.kind === "live" ? entryView(state, kinds, masks[index]) : undefined));
};

/** A page of live entries in the order of their uuids. */
export const listEntries = async (database: Database, options: ListOptions): Promise<EntryPage> => {
  const page = new EntryPageBuilder(options.limit, options.filter);
  const snapshot = await database.store.snapshot();
  try {
    for await (const rows of pagesOf(snapshot, entriesAfter(options.after))) {
      for (let start = 0; start < rows.length; start += VIEWED_TOGETHER) {
        const states = rows.slice(start, start + VIEWED_TOGETHER).map(({ value }) => stateOf(database, value));
        for (const [index, entry] of (await viewsOf(database, snapshot, states)).entries()) {
          if (page.offer(entry)) return page.page(states[index]?.uuid);
        }
      }
    }
    return page.page(undefined);
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
    for await (const rows of pagesOf(snapshot, ALL_ENTRIES)) {
      const states = rows.map(({ value }) => stateOf(database, value));
      for (const entry of await viewsOf(database, snapshot, states)) if (entry) yield entry;
    }
  } finally {
    await snapshot.close();
  }
}
