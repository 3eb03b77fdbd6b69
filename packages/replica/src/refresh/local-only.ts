import type { Seen, Uuid } from "@concordat/crdt";
import { readEntryUuid } from "@concordat/protocol";
import type { Database } from "../database/database.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { beforeScan } from "../session/feed-place.js";
import { feedChunks } from "../session/feed-stream.js";

/** What replacing one database by another would lose. */
export interface LocalOnly {
  readonly entries: number;
  /** Some of them. */
  readonly sample: readonly Uuid[];
}

/**
 * The uuids of the entries, tombstones included, of which `database` holds changes that a replica which has
 * seen `theirs` lacks: what replacing the one by the other would lose. Follows the feed after `afterSequence`, so that a
 * second look costs only what changed since the first.
 */
export async function* localOnlyUuids(database: Database, theirs: Seen, afterSequence: number): AsyncGenerator<Uuid[]> {
  const snapshot = await database.store.snapshot();
  try {
    const head = database.state.head.sequence;
    const after = afterSequence === 0 ? beforeScan(head) : { sequence: afterSequence, scanned: undefined };
    const part = { after, head, seen: theirs };
    for await (const { records } of feedChunks(database, snapshot, part)) {
      yield records.map(readEntryUuid);
    }
  } finally {
    await snapshot.close();
  }
}

export const countLocalOnly = async (database: Database, theirs: Seen, afterSequence: number): Promise<LocalOnly> => {
  let entries = 0;
  const sample: Uuid[] = [];
  for await (const uuids of localOnlyUuids(database, theirs, afterSequence)) {
    entries += uuids.length;
    sample.push(...uuids.slice(0, REPLICA_LIMITS.discardSampleMax - sample.length));
  }
  return { entries, sample };
};
