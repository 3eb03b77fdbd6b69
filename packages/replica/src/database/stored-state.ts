import type { EntryState } from "@concordat/crdt";
import { decodeEntry } from "@concordat/protocol";
import type { Database } from "./database.js";
import { storedEntryOf } from "./rows.js";

/** The state in the value of an entry's row. */
export const stateOf = (database: Database, value: Uint8Array): EntryState =>
  decodeEntry(storedEntryOf(value).record, database.table.servers, database.limits);
