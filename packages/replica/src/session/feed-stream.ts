import { type Seen, type Uuid, unseenPart, uuidFromBytes } from "@concordat/crdt";
import { encodeEntry, unseenRecord } from "@concordat/protocol";
import type { Snapshot } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { entriesAfter, uuidOfEntryKey } from "../database/key-space.js";
import { storedEntryOf } from "../database/rows.js";
import { feedPagesBetween, pagesOf } from "../database/snapshot-reads.js";
import { stateOfRecord } from "../database/stored-state.js";
import { ReplicaError } from "../replica-error.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { type ChunkLimits, DEFAULT_CHUNK } from "./chunk-limits.js";
import { type FeedPlace, NOTHING_SCANNED } from "./feed-place.js";
import { FillingChunk } from "./filling-chunk.js";

/** The part of a feed that somebody lacks. */
export interface FeedPart {
  /** The place behind which it begins, and the feed number that it ends with. */
  readonly after: FeedPlace;
  readonly head: number;
  /** What they have seen; without it they lack everything, and records pass unread. */
  readonly seen?: Seen | undefined;
}

/** Records to send, maybe none, and the place that is reached with them. */
export interface FeedChunk {
  readonly place: FeedPlace;
  readonly records: readonly Uint8Array[];
}

/**
 * A part of the feed of `snapshot`, in chunks of bounded size, each entry cut down to what is lacking: what has changed after
 * the place, in the order of the feed, then the entries that were never looked at, in the order of their uuids, which is
 * the one in which they are stored. Model, section 5.
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
  const { scanned } = after;
  const lacking = seen && { seen, seenMicros: database.table.servers.map(seen) };
  const filling = new FillingChunk(limits, rowsSilentMax);
  for await (const rows of feedPagesBetween(snapshot, after.sequence, head)) {
    for (const { sequence, uuid, entry } of rows) {
      const isDue = scanned === undefined || uuidFromBytes<Uuid>(uuid) <= scanned;
      filling.add(isDue ? recordToSend(database, entry, lacking) : undefined, entry);
      if (filling.isDue) yield { place: { sequence, scanned }, records: filling.take() };
    }
  }
  if (scanned !== undefined) {
    const range = entriesAfter(scanned === NOTHING_SCANNED ? undefined : scanned);
    for await (const rows of pagesOf(snapshot, range)) {
      for (const { key, value } of rows) {
        filling.add(recordToSend(database, value, lacking), value);
        if (filling.isDue) yield { place: { sequence: head, scanned: uuidOfEntryKey(key) }, records: filling.take() };
      }
    }
  }
  const records = filling.take();
  if (records.length > 0) yield { place: { sequence: head, scanned: undefined }, records };
}

/** What somebody has seen, by server, and by the number that records give it. */
interface Lacking {
  readonly seen: Seen;
  readonly seenMicros: readonly number[];
}

const recordToSend = (
  database: Database,
  value: Uint8Array | undefined,
  lacking: Lacking | undefined,
): Uint8Array | undefined => {
  if (value === undefined) {
    throw new ReplicaError("database_corrupt", "the feed names an entry that is not stored: run verify");
  }
  const { record } = storedEntryOf(value);
  if (lacking === undefined) return record;
  const part = unseenRecord(record, lacking.seenMicros);
  if (part !== "not-plain") return part === "nothing" ? undefined : part;
  const state = stateOfRecord(database, record);
  const unseen = unseenPart(state, lacking.seen);
  if (unseen === undefined) return undefined;
  return unseen === state ? record : encodeEntry(unseen, database.table.indexOf, { state, record });
};
