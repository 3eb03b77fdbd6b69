import { type Seen, unseenPart } from "@concordat/crdt";
import { decodeEntry, encodeEntry } from "@concordat/protocol";
import type { Snapshot } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { entryKeyOfBytes, feedBetween, numberOfKey } from "../database/key-space.js";
import { storedEntryOf } from "../database/rows.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { ReplicaError } from "../replica-error.js";

/** How much a chunk holds: it is sent as one frame, and applied as one commit. */
export interface ChunkLimits {
  readonly entriesMax: number;
  /** A chunk ends with the entry that reaches it. */
  readonly bytesMax: number;
}

export const DEFAULT_CHUNK: ChunkLimits = { entriesMax: 2_000, bytesMax: 1024 * 1024 };

/** Records to send, and the feed number that is reached with the last of them. */
export interface FeedChunk {
  readonly sequence: number;
  readonly records: readonly Uint8Array[];
}

/**
 * The feed of `snapshot` after `after` up to `head`, in chunks of bounded size, each entry cut down to what a consumer
 * that has `seen` lacks; without `seen`, records pass unread. Model, section 5.
 */
export async function* feedChunks(
  database: Database,
  snapshot: Snapshot,
  after: number,
  head: number,
  seen: Seen | undefined,
  limits: ChunkLimits = DEFAULT_CHUNK,
): AsyncGenerator<FeedChunk> {
  let records: Uint8Array[] = [];
  let bytes = 0;
  for await (const rows of pagesOf(snapshot, feedBetween(after, head))) {
    const values = await snapshot.getMany(rows.map(({ value }) => entryKeyOfBytes(value)));
    for (const [index, row] of rows.entries()) {
      const record = recordToSend(database, values[index], seen);
      if (record) {
        records.push(record);
        bytes += record.length;
      }
      if (bytes < limits.bytesMax && records.length < limits.entriesMax) continue;
      yield { sequence: numberOfKey(row.key), records };
      records = [];
      bytes = 0;
    }
  }
  if (records.length > 0) yield { sequence: head, records };
}

const recordToSend = (
  database: Database,
  value: Uint8Array | undefined,
  seen: Seen | undefined,
): Uint8Array | undefined => {
  if (value === undefined) {
    throw new ReplicaError("database_corrupt", "the feed names an entry that is not stored: run verify");
  }
  const { record } = storedEntryOf(value);
  if (seen === undefined) return record;
  const state = decodeEntry(record, database.table.servers, database.limits);
  const unseen = unseenPart(state, seen);
  if (unseen === undefined) return undefined;
  return unseen === state ? record : encodeEntry(unseen, database.table.indexOf);
};
