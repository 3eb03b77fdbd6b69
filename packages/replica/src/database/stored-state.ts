import type { EntryState } from "@concordat/crdt";
import { readEntry } from "@concordat/protocol";
import { ReplicaError } from "../replica-error.js";
import type { Database } from "./database.js";
import { storedEntryOf } from "./rows.js";

/**
 * The state in the value of an entry's row. It was checked when it came, and is not again: `verify` does that.
 *
 * @throws ReplicaError `database_corrupt` where it does not read.
 */
export const stateOf = (database: Database, value: Uint8Array): EntryState =>
  stateOfRecord(database, storedEntryOf(value).record);

/** As `stateOf`, of the record alone. */
export const stateOfRecord = ({ table }: Database, record: Uint8Array): EntryState => {
  try {
    return readEntry(record, table.servers);
  } catch (cause) {
    throw new ReplicaError("database_corrupt", "a stored entry does not read: run verify, which names it", { cause });
  }
};
