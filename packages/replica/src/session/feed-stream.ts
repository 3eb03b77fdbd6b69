import { type Seen, unseenPart } from "@concordat/crdt";
import { decodeEntry, encodeEntry } from "@concordat/protocol";
import type { Snapshot } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { feedBetween } from "../database/key-space.js";
import { storedEntryOf } from "../database/rows.js";
import { feedPagesOf } from "../database/snapshot-reads.js";
import { ReplicaError } from "../replica-error.js";
import { REPLICA_LIMITS } from "../replica-limits.js";

/** How much a chunk holds: it is sent as one frame, and applied as one commit. */
export interface ChunkLimits {
  readonly entriesMax: number;
  /**
   * A chunk ends with the entry that reaches it. Entries count with their stored size, of which a change may be a small
   * part: whoever applies it has to read the whole entry.
   */
  readonly bytesMax: number;
}

export const DEFAULT_CHUNK: ChunkLimits = { entriesMax: 2_000, bytesMax: 1024 * 1024 };

/** The part of a feed that somebody lacks. */
export interface FeedPart {
  /** The feed number behind which it begins, and the one that it ends with. */
  readonly after: number;
  readonly head: number;
  /** What they have seen; without it they lack everything, and records pass unread. */
  readonly seen?: Seen | undefined;
}

/** Records to send, maybe none, and the feed number that is reached with them. */
export interface FeedChunk {
  readonly sequence: number;
  readonly records: readonly Uint8Array[];
}

/**
 * A part of the feed of `snapshot`, in chunks of bounded size, each entry cut down to what is lacking. Model, section 5.
 *
 * @param rowsSilentMax rows that are passed over before a chunk without entries says how far the stream is: the reader
 * must neither take it for dead nor begin anew where it is cut.
 */
export async function* feedChunks(
  database: Database,
  snapshot: Snapshot,
  { after, head, seen }: FeedPart,
  limits: ChunkLimits = DEFAULT_CHUNK,
  rowsSilentMax: number = REPLICA_LIMITS.feedRowsSilentMax,
): AsyncGenerator<FeedChunk> {
  let records: Uint8Array[] = [];
  let bytes = 0;
  let passed = 0;
  for await (const rows of feedPagesOf(snapshot, feedBetween(after, head))) {
    for (const { sequence, entry } of rows) {
      const record = recordToSend(database, entry, seen);
      passed += 1;
      if (record) {
        records.push(record);
        bytes += entry?.length ?? 0;
      }
      const isFull = bytes >= limits.bytesMax || records.length >= limits.entriesMax;
      if (!isFull && passed < rowsSilentMax) continue;
      yield { sequence, records };
      records = [];
      bytes = 0;
      passed = 0;
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
