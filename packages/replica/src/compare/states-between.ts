import type { EntryState, Uuid } from "@concordat/crdt";
import { keySuccessor, type Snapshot } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { entriesAfter, entryKey } from "../database/key-space.js";
import { stateOf } from "../database/stored-state.js";
import { REPLICA_LIMITS } from "../replica-limits.js";

/** A stored state, and the bytes that it takes. */
export interface SizedState {
  readonly state: EntryState;
  readonly bytes: number;
}

/** Entries beyond `after`, up to and including `through`; `undefined` for no bound. */
export interface UuidRange {
  readonly after: Uuid | undefined;
  readonly through: Uuid | undefined;
}

/** The stored states of a range in the order of their uuids, in small pages: what is done with each of them takes its time. */
export async function* statesBetween(
  database: Database,
  snapshot: Snapshot,
  { after, through }: UuidRange,
): AsyncGenerator<SizedState> {
  const whole = entriesAfter(after);
  const to = through === undefined ? whole.to : keySuccessor(entryKey(through));
  const limits = { rowsMax: REPLICA_LIMITS.digestedTogether, bytesMax: REPLICA_LIMITS.pageBytesMax };
  let { from } = whole;
  for (;;) {
    const { rows, more } = await snapshot.scan({ from, to }, limits);
    for (const { value } of rows) yield { state: stateOf(database, value), bytes: value.length };
    const last = rows.at(-1);
    if (!more || last === undefined) return;
    from = keySuccessor(last.key);
  }
}
