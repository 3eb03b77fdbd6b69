import type { Operation, Snapshot } from "@concordat/storage";
import { metaKey } from "./key-space.js";

/** When a partner was last pulled from, by this node's wall clock, in microseconds since the Unix epoch. */
export interface PullTimes {
  /** The last pull was complete. */
  readonly lastPullAtMicros: number;
  /** Everything that the partner had was here. */
  readonly wholeAtMicros: number;
}

const KEY = metaKey("pulled");

/** What a crash may take back: times that are older than they were make a lag look larger, never smaller. */
const WRITTEN_EVERY_MICROS = 60_000_000;

/**
 * The times of all partners, by origin, over restarts. They go with commits that are made anyway, once a minute at most, and with the
 * last one: a pull costs none of its own. They belong to the content, so that a restored database says what was true of it.
 */
export class PartnerPullTimes {
  readonly #times: Map<string, PullTimes>;
  #written: ReadonlyMap<string, PullTimes>;

  constructor(written: ReadonlyMap<string, PullTimes> = new Map()) {
    this.#times = new Map(written);
    this.#written = written;
  }

  of(origin: string): PullTimes | undefined {
    return this.#times.get(origin);
  }

  notePulled(origin: string, times: PullTimes): void {
    this.#times.set(origin, times);
  }

  /** Nothing has come since the last pull, and the partner would have said so. */
  noteWhole(origin: string, wholeAtMicros: number): void {
    const times = this.#times.get(origin);
    if (times) this.#times.set(origin, { ...times, wholeAtMicros });
  }

  /** What the next commit writes of them; with `last`, whatever is not written yet. */
  takeOperations({ last = false } = {}): Operation[] {
    const lostMicros = Math.max(0, ...[...this.#times].map(([origin, times]) => this.#unwrittenMicros(origin, times)));
    if (lostMicros < (last ? 1 : WRITTEN_EVERY_MICROS)) return [];
    this.#written = new Map(this.#times);
    return [{ key: KEY, value: new TextEncoder().encode(JSON.stringify([...this.#times])) }];
  }

  #unwrittenMicros(origin: string, { wholeAtMicros }: PullTimes): number {
    return wholeAtMicros - (this.#written.get(origin)?.wholeAtMicros ?? 0);
  }
}

export const readPullTimes = async (snapshot: Snapshot): Promise<PartnerPullTimes> => {
  const [bytes] = await snapshot.getMany([KEY]);
  return new PartnerPullTimes(new Map(bytes && (JSON.parse(new TextDecoder().decode(bytes)) as [string, PullTimes][])));
};
