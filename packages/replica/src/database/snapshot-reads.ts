import type { RuvRow, ServerUuid } from "@concordat/crdt";
import type { KeyRange, Row, Snapshot } from "@concordat/storage";
import { ReplicaError } from "../replica-error.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import {
  ALL_RUV_ROWS,
  commitKey,
  commitsFrom,
  entryKeyOfBytes,
  feedBetween,
  feedKey,
  numberOfKey,
} from "./key-space.js";
import { RUV_ROW_BYTES, ruvRowOf } from "./rows.js";

/** All rows of `range`, a page at a time. */
export async function* pagesOf(snapshot: Snapshot, range: KeyRange): AsyncGenerator<readonly Row[]> {
  const limits = { rowsMax: REPLICA_LIMITS.pageRowsMax, bytesMax: REPLICA_LIMITS.pageBytesMax };
  let from = range.from;
  for (;;) {
    const { rows, more } = await snapshot.scan({ ...range, from }, limits);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!more || last === undefined) return;
    from = keyAfter(last.key);
  }
}

/** One row of the feed, with the stored entry that it names. */
export interface FeedRow {
  readonly sequence: number;
  /** 16 bytes. */
  readonly uuid: Uint8Array;
  readonly entry: Uint8Array | undefined;
}

/**
 * The rows of the feed in `range` with their entries, some at a time: as many as the entries before them let expect to
 * stay within a page's bytes.
 */
export async function* feedPagesOf(snapshot: Snapshot, range: KeyRange): AsyncGenerator<readonly FeedRow[]> {
  const room = new EntriesAtOnce();
  for await (const rows of pagesOf(snapshot, range)) {
    const numbered = rows.map(({ key, value }) => ({ sequence: numberOfKey(key), uuid: value }));
    yield* withEntries(snapshot, numbered, room);
  }
}

/** As `feedPagesOf`, the rows after the number `after`, up to and including `through`. A few are asked for by number: a scan costs more. */
export async function* feedPagesBetween(
  snapshot: Snapshot,
  after: number,
  through: number,
): AsyncGenerator<readonly FeedRow[]> {
  if (through - after > REPLICA_LIMITS.feedRowsAskedMax) {
    yield* feedPagesOf(snapshot, feedBetween(after, through));
    return;
  }
  const sequences = Array.from({ length: Math.max(0, through - after) }, (_, index) => after + 1 + index);
  const uuids = await snapshot.getMany(sequences.map(feedKey));
  const rows = sequences.flatMap((sequence, index) => {
    const uuid = uuids[index];
    return uuid ? [{ sequence, uuid }] : [];
  });
  yield* withEntries(snapshot, rows, new EntriesAtOnce());
}

/** How many entries are read at once, whose sizes are known only then. */
class EntriesAtOnce {
  count: number = REPLICA_LIMITS.entriesReadFirst;

  note(entries: readonly (Uint8Array | undefined)[]): void {
    const { entriesReadMax, pageBytesMax } = REPLICA_LIMITS;
    const bytes = entries.reduce((sum, entry) => sum + (entry?.length ?? 0), 1);
    this.count = Math.max(1, Math.min(entriesReadMax, Math.floor((pageBytesMax * entries.length) / bytes)));
  }
}

async function* withEntries(
  snapshot: Snapshot,
  rows: readonly Omit<FeedRow, "entry">[],
  room: EntriesAtOnce,
): AsyncGenerator<readonly FeedRow[]> {
  let start = 0;
  while (start < rows.length) {
    const some = rows.slice(start, start + room.count);
    start += some.length;
    const entries = await snapshot.getMany(some.map(({ uuid }) => entryKeyOfBytes(uuid)));
    yield some.map(({ sequence, uuid }, index) => ({ sequence, uuid, entry: entries[index] }));
    room.note(entries);
  }
}

/** The rows of the vector, in the order of the server table. @throws ReplicaError `database_corrupt`. */
export const readRuvRows = async (snapshot: Snapshot): Promise<{ server: ServerUuid; row: RuvRow }[]> => {
  const all: { server: ServerUuid; row: RuvRow }[] = [];
  for await (const rows of pagesOf(snapshot, ALL_RUV_ROWS)) {
    for (const { key, value } of rows) {
      // Records name servers by these numbers: with a row missing, every later one would mean another server.
      if (numberOfKey(key) !== all.length || value.length !== RUV_ROW_BYTES) throw brokenTable(all.length);
      all.push(ruvRowOf(value));
    }
  }
  return all;
};

/** The name of the commit that reached `sequence`; `undefined` when there was none yet. */
export const commitAt = async (snapshot: Snapshot, sequence: number): Promise<Uint8Array | undefined> => {
  // A cursor mostly is where a commit ended.
  const [name] = await snapshot.getMany([commitKey(sequence)]);
  if (name) return name;
  const { rows } = await snapshot.scan(commitsFrom(sequence), { rowsMax: 1, bytesMax: 1_024 });
  return rows[0] && numberOfKey(rows[0].key) >= sequence ? rows[0].value : undefined;
};

const brokenTable = (index: number): ReplicaError =>
  new ReplicaError(
    "database_corrupt",
    `row ${index} of the update vector is missing or damaged: restore a backup, or refresh from a partner`,
  );

const keyAfter = (key: Uint8Array): Uint8Array => {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
};
