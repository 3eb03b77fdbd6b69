import type { EntryState } from "@concordat/crdt";
import { DIGEST_ENTRIES_MAX, DIGEST_RANGES_MAX, type Digest, type Digests } from "@concordat/protocol";
import type { Database } from "../database/database.js";
import { takeStatedSnapshot } from "../database/stated-snapshot.js";
import type { CreateHash } from "../ports/hash.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { wireRows } from "../session/remembered-ruv.js";
import { digestRanges } from "./digest-ranges.js";
import { digestEntryOf } from "./entry-digest.js";
import { type SizedState, statesBetween } from "./states-between.js";

/** What `Digest` is answered with: of one moment, and of bounded work, whatever is asked for. Protocol, section 7.6. */
export const answerDigest = async (database: Database, request: Digest, createHash: CreateHash): Promise<Digests> => {
  const { snapshot, ruv } = await takeStatedSnapshot(database);
  try {
    const states = statesBetween(database, snapshot, request);
    if (request.entriesPerRange > 0) {
      const { ranges, more } = await digestRanges(states, request.entriesPerRange, RANGES_BOUND, createHash);
      return { type: "digests", ranges, entries: [], rows: [], more };
    }
    const { some, more } = await firstOf(states);
    const entries = some.map((state) => digestEntryOf(state, createHash));
    return { type: "digests", ranges: [], entries, rows: wireRows(ruv), more };
  } finally {
    await snapshot.close();
  }
};

const RANGES_BOUND = {
  rangesMax: DIGEST_RANGES_MAX,
  entriesMax: REPLICA_LIMITS.digestedEntriesMax,
  bytesMax: REPLICA_LIMITS.digestedBytesMax,
};

const firstOf = async (
  states: AsyncIterable<SizedState>,
): Promise<{ readonly some: readonly EntryState[]; readonly more: boolean }> => {
  const some: EntryState[] = [];
  let total = 0;
  for await (const { state, bytes } of states) {
    if (some.length >= DIGEST_ENTRIES_MAX || total >= REPLICA_LIMITS.pageBytesMax) return { some, more: true };
    some.push(state);
    total += bytes;
  }
  return { some, more: false };
};
