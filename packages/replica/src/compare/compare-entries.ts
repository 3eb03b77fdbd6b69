import { type EntryState, sameBytes, UUID_BYTES, type Uuid, uuidFromBytes, uuidToBytes } from "@concordat/crdt";
import {
  type Conversation,
  type Digest,
  type DigestRange,
  type Digests,
  ProtocolError,
  type WireRuvRow,
} from "@concordat/protocol";
import type { CompareProgress, Comparison, Difference } from "../comparison.js";
import type { Database } from "../database/database.js";
import { takeStatedSnapshot } from "../database/stated-snapshot.js";
import type { CreateHash } from "../ports/hash.js";
import { ruvOfRows } from "../session/remembered-ruv.js";
import { digestOfStates } from "./digest-ranges.js";
import { cutDigest, digestEntryOf, entryDigest } from "./entry-digest.js";
import { explainDifference } from "./explain-difference.js";
import { statesBetween, type UuidRange } from "./states-between.js";

export interface CompareContext {
  readonly conversation: Conversation<"consumer">;
  readonly database: () => Database;
  readonly createHash: CreateHash;
  readonly differencesMax: number;
  readonly onProgress: (progress: CompareProgress) => void;
}

/** Digests that the first look gets of the whole, about, and then of a run that differs. */
const RANGES_FIRST = 256;
const RANGES_WITHIN = 16;
/** Runs of so many entries are compared entry by entry. */
const LEAF_ENTRIES = 32;

/**
 * Finds the entries of which this replica and the partner hold different states, by the digests of ever shorter runs. Each look is at
 * the entries of that moment on both sides: one that has become the same by the time that it is looked at alone is none.
 */
export const compareEntries = (
  context: CompareContext,
): Promise<Pick<Comparison, "entriesHere" | "entriesThere" | "differences" | "complete">> =>
  new EntryComparison(context).run();

class EntryComparison {
  readonly #context: CompareContext;
  readonly #differences: Difference[] = [];
  #entriesThere = 0;

  constructor(context: CompareContext) {
    this.#context = context;
  }

  async run() {
    const entriesHere = this.#entriesHere;
    const everything = { after: undefined, through: undefined };
    await this.#compareRuns(everything, Math.max(LEAF_ENTRIES, Math.ceil(entriesHere / RANGES_FIRST)), (count) => {
      this.#entriesThere += count;
      this.#context.onProgress({ entries: this.#entriesThere, entriesTotal: this.#entriesHere });
    });
    return {
      entriesHere,
      entriesThere: this.#entriesThere,
      differences: this.#differences,
      complete: !this.#isFull,
    };
  }

  get #entriesHere(): number {
    const { liveEntries, tombstones } = this.#context.database().state.totals;
    return liveEntries + tombstones;
  }

  get #isFull(): boolean {
    return this.#differences.length >= this.#context.differencesMax;
  }

  /** Compares the runs that the partner tells of `range`, and goes into those that differ. */
  async #compareRuns(range: UuidRange, entriesPerRange: number, onRun?: (count: number) => void): Promise<void> {
    for await (const { through, count, digest, after } of this.#runsOf(range, entriesPerRange)) {
      const part = { after, through };
      onRun?.(count);
      const ours = await this.#read((database, snapshot) =>
        digestOfStates(statesBetween(database, snapshot, part), this.#context.createHash),
      );
      const isSame = ours.count === count && (count === 0 || sameBytes(ours.digest, digest));
      if (!isSame) await this.#compareWithin(part, count);
      if (this.#isFull) return;
    }
  }

  /** Ends: each look halves, at least, how many entries of the partner's there are to look at. */
  #compareWithin(range: UuidRange, countThere: number): Promise<void> {
    if (countThere <= LEAF_ENTRIES) return this.#compareOneByOne(range, countThere);
    return this.#compareRuns(range, Math.ceil(countThere / RANGES_WITHIN));
  }

  async #compareOneByOne(range: UuidRange, countThere: number): Promise<void> {
    const theirs = new Map<Uuid, Uint8Array>();
    if (countThere > 0) {
      for await (const { through, count, digest } of this.#runsOf(range, 1))
        if (through !== undefined && count > 0) theirs.set(through, digest);
    }
    for (const uuid of await this.#differingFrom(theirs, range)) {
      if (this.#isFull) return;
      const difference = await this.#lookAt(uuid);
      if (difference) this.#differences.push(difference);
    }
  }

  /** The uuids in `range` that have another digest here, or are on one side only; not many more than are asked for. */
  async #differingFrom(theirs: ReadonlyMap<Uuid, Uint8Array>, range: UuidRange): Promise<Uuid[]> {
    const { createHash, differencesMax } = this.#context;
    const differing: Uuid[] = [];
    const met = new Set<Uuid>();
    await this.#read(async (database, snapshot) => {
      for await (const { state } of statesBetween(database, snapshot, range)) {
        met.add(state.uuid);
        const digest = theirs.get(state.uuid);
        // A run of one entry is hashed as a run.
        if (!digest || !sameBytes(digest, runOfOne(state, createHash))) differing.push(state.uuid);
        if (differing.length > differencesMax) return;
      }
    });
    for (const uuid of theirs.keys()) if (!met.has(uuid)) differing.push(uuid);
    return differing.sort();
  }

  async #lookAt(uuid: Uuid): Promise<Difference | undefined> {
    const { createHash } = this.#context;
    const range = { after: uuidBefore(uuid), through: uuid };
    const { entries, rows } = await this.#ask({ ...range, entriesPerRange: 0 });
    const there = { entry: entries.find((entry) => entry.uuid === uuid), ruv: ruvOfRows(rows as WireRuvRow[]) };
    const database = this.#context.database();
    const { snapshot, ruv } = await takeStatedSnapshot(database);
    try {
      let state: EntryState | undefined;
      for await (const one of statesBetween(database, snapshot, range)) state = one.state;
      return explainDifference(uuid, { state, entry: state && digestEntryOf(state, createHash), ruv }, there);
    } finally {
      await snapshot.close();
    }
  }

  /** The partner's runs one after the other, without a gap up to the end of `range`: the last may have no entries. */
  async *#runsOf(range: UuidRange, entriesPerRange: number): AsyncGenerator<Omit<DigestRange, "through"> & UuidRange> {
    let { after } = range;
    for (;;) {
      const { ranges, more } = await this.#ask({ after, through: range.through, entriesPerRange });
      for (const run of ranges) {
        expectWithin(run, { after, through: range.through }, entriesPerRange);
        yield { ...run, after };
        after = run.through;
      }
      if (!more) break;
      if (ranges.length === 0) throw malformedAnswer("says that there is more, and tells nothing");
    }
    const isAtEnd = range.through !== undefined && after === range.through;
    if (!isAtEnd) yield { after, through: range.through, count: 0, digest: new Uint8Array(0) };
  }

  async #ask(request: Omit<Digest, "type">): Promise<Digests> {
    const { conversation } = this.#context;
    await conversation.send({ type: "digest", ...request });
    const reply = await conversation.receive();
    if (reply?.type === "digests") return reply;
    if (reply === undefined)
      throw new ProtocolError("connection_lost", "the partner ended the connection", { blame: "network" });
    throw new ProtocolError("unexpected_message", `the partner answered a digest with ${reply.type}`, {
      blame: "peer",
    });
  }

  async #read<T>(
    use: (database: Database, snapshot: Awaited<ReturnType<typeof takeStatedSnapshot>>["snapshot"]) => Promise<T>,
  ): Promise<T> {
    const database = this.#context.database();
    const snapshot = await database.store.snapshot();
    try {
      return await use(database, snapshot);
    } finally {
      await snapshot.close();
    }
  }
}

const runOfOne = (state: EntryState, createHash: CreateHash): Uint8Array => {
  const hash = createHash();
  hash.update(entryDigest(state, createHash));
  return cutDigest(hash.digest());
};

/** A partner that goes back, or tells of more than it was asked for, must not be followed for ever. */
const expectWithin = ({ through, count }: DigestRange, range: UuidRange, entriesPerRange: number): void => {
  const isWithin =
    (range.after === undefined || through > range.after) && (range.through === undefined || through <= range.through);
  if (!isWithin) throw malformedAnswer("tells of entries out of order, or that it was not asked for");
  if (count < 1 || count > entriesPerRange) throw malformedAnswer(`tells of a run of ${count} entries`);
};

const malformedAnswer = (what: string): ProtocolError =>
  new ProtocolError("shape", `the partner's answer to a digest ${what}`, { blame: "peer" });

/** The uuid whose bytes come just before: what lies beyond it begins with `uuid`. */
const uuidBefore = (uuid: Uuid): Uuid | undefined => {
  const bytes = uuidToBytes(uuid);
  for (let index = UUID_BYTES - 1; index >= 0; index -= 1) {
    const byte = bytes[index] as number;
    bytes[index] = (byte + 255) % 256;
    if (byte > 0) return uuidFromBytes<Uuid>(bytes);
  }
  return undefined;
};
