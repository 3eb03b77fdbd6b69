import type { EntryState, LiveEntry } from "@concordat/crdt";
import { readEntry, readPlainPart } from "@concordat/protocol";
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

/**
 * What of a stored entry a merge with `incoming` looks at: the attributes that it has, and those that constraints name. `undefined`
 * where the rest is not plain, so that all of it has to be read.
 *
 * @throws ReplicaError as `stateOf`.
 */
export const partFor = (
  { table, index }: Database,
  record: Uint8Array,
  incoming: EntryState,
): LiveEntry | undefined => {
  const { kind, attributes } = incoming;
  if (kind !== "live") return undefined;
  const { named } = index.constraints;
  return reading(() => readPlainPart(record, table.servers, (name) => attributes.has(name) || named.has(name)));
};

/** As `stateOf`, of the record alone. */
export const stateOfRecord = ({ table }: Database, record: Uint8Array): EntryState =>
  reading(() => readEntry(record, table.servers));

const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new ReplicaError("database_corrupt", "a stored entry does not read: run verify, which names it", { cause });
  }
};
