import { type Ruv, seenIn, type Uuid } from "@concordat/crdt";
import { readEntryUuid } from "@concordat/protocol";
import type { Database } from "../database/database.js";
import { feedChunks } from "../session/feed-stream.js";

/**
 * The uuids of the entries, tombstones included, of which `database` holds changes that a replica with the vector
 * `theirs` lacks: what replacing the one by the other would lose. Follows the feed after `afterSequence`, so that a
 * second look costs only what changed since the first.
 */
export async function* localOnlyUuids(database: Database, theirs: Ruv, afterSequence: number): AsyncGenerator<Uuid[]> {
  const snapshot = await database.store.snapshot();
  try {
    const { sequence } = database.state.head;
    for await (const { records } of feedChunks(database, snapshot, afterSequence, sequence, seenIn(theirs))) {
      yield records.map(readEntryUuid);
    }
  } finally {
    await snapshot.close();
  }
}
