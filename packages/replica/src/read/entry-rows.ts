import type { ServerUuid, Uuid } from "@concordat/crdt";
import { readEntry } from "@concordat/protocol";
import type { Operation, Store } from "@concordat/storage";
import { NO_KINDS } from "../constraint/constraints.js";
import { ALL_RUV_ROWS, ENTRY_SPACE, numberOfKey, RUV_SPACE, uuidOfEntryKey } from "../database/key-space.js";
import { ruvRowOf, storedEntryOf } from "../database/rows.js";
import { pagesOf } from "../database/snapshot-reads.js";
import type { Entry } from "../entry.js";
import { entryView } from "./entry-view.js";

/** An entry as a row of a store has it; `undefined` once it is deleted. */
export interface EntryRow {
  readonly uuid: Uuid;
  readonly entry: Entry | undefined;
}

/** Reads the entries out of what is committed, or of rows in any number. Called in the order of the commits. */
export type EntryRowReader = (operations: readonly Operation[]) => EntryRow[];

/**
 * A reader of the rows of `store`, which is a replica's database: for stores that keep a copy of the entries for others to
 * read, such as a table of JSON. It sees one row at a time, so an entry shows as it was merged: what the constraints hide
 * of it, which depends on other entries, is there. Merge kinds of users are not known to it.
 */
export const entryRowReader = async (store: Pick<Store, "snapshot">): Promise<EntryRowReader> => {
  const servers: ServerUuid[] = [];
  const snapshot = await store.snapshot();
  try {
    for await (const rows of pagesOf(snapshot, ALL_RUV_ROWS)) noteServers(servers, rows);
  } finally {
    await snapshot.close();
  }
  return (operations) => {
    // A record may name a server that its own commit announces.
    noteServers(servers, operations);
    return operations.filter(({ key }) => key[0] === ENTRY_SPACE).map((operation) => entryRow(operation, servers));
  };
};

const noteServers = (servers: ServerUuid[], rows: readonly Operation[]): void => {
  for (const { key, value } of rows) {
    if (key[0] === RUV_SPACE && value !== undefined) servers[numberOfKey(key)] = ruvRowOf(value).server;
  }
};

const entryRow = ({ key, value }: Operation, servers: readonly ServerUuid[]): EntryRow => {
  const uuid = uuidOfEntryKey(key);
  const state = value && readEntry(storedEntryOf(value).record, servers);
  return { uuid, entry: state?.kind === "live" ? entryView(state, NO_KINDS) : undefined };
};
