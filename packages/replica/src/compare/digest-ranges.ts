import type { Uuid } from "@concordat/crdt";
import type { DigestRange } from "@concordat/protocol";
import type { CreateHash, Hash } from "../ports/hash.js";
import { cutDigest, entryDigest } from "./entry-digest.js";
import type { SizedState } from "./states-between.js";

/** Where a list of digests ends before its range does. */
export interface RangesBound {
  readonly rangesMax: number;
  readonly entriesMax: number;
  readonly bytesMax: number;
}

export interface BoundedRanges {
  readonly ranges: readonly DigestRange[];
  readonly more: boolean;
}

/** The digests of runs of `entriesPerRange` of `states`. The last run is shorter where the states, or the bounds, end. */
export const digestRanges = async (
  states: AsyncIterable<SizedState>,
  entriesPerRange: number,
  bound: RangesBound,
  createHash: CreateHash,
): Promise<BoundedRanges> => {
  const run = new DigestRun(createHash);
  const ranges: DigestRange[] = [];
  let [entries, bytes] = [0, 0];
  for await (const one of states) {
    if (entries >= bound.entriesMax || bytes >= bound.bytesMax || ranges.length >= bound.rangesMax) {
      return { ranges: [...ranges, ...run.take()], more: true };
    }
    run.add(one);
    entries += 1;
    bytes += one.bytes;
    if (run.count >= entriesPerRange) ranges.push(...run.take());
  }
  return { ranges: [...ranges, ...run.take()], more: false };
};

/** The digest of all of `states`. */
export const digestOfStates = async (
  states: AsyncIterable<SizedState>,
  createHash: CreateHash,
): Promise<{ readonly count: number; readonly digest: Uint8Array }> => {
  const run = new DigestRun(createHash);
  for await (const one of states) run.add(one);
  const [{ count, digest } = { count: 0, digest: new Uint8Array(0) }] = run.take();
  return { count, digest };
};

/** The digest of a run of entries: over the digests of each. */
class DigestRun {
  readonly #createHash: CreateHash;
  #hash: Hash | undefined;
  #last: Uuid | undefined;
  count = 0;

  constructor(createHash: CreateHash) {
    this.#createHash = createHash;
  }

  add({ state }: SizedState): void {
    this.#hash ??= this.#createHash();
    this.#hash.update(entryDigest(state, this.#createHash));
    this.#last = state.uuid;
    this.count += 1;
  }

  /** The run so far, and begins the next one; nothing when it is empty. */
  take(): DigestRange[] {
    if (this.#hash === undefined || this.#last === undefined) return [];
    const range = { through: this.#last, count: this.count, digest: cutDigest(this.#hash.digest()) };
    this.#hash = undefined;
    this.count = 0;
    return [range];
  }
}
