import type { EntryState, Seen, ServerUuid } from "@concordat/crdt";
import { type Cursor, type EntryLimits, readEntry, validateEntry } from "@concordat/protocol";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { refuseFalsePlace } from "./false-claims.js";
import type { StreamStep } from "./stream-reader.js";

/** Chunks that are applied in one commit. */
export interface AppliedGroup {
  readonly states: readonly EntryState[];
  /** The place that is reached with them; `undefined` when there was no chunk. */
  readonly cursor: Cursor | undefined;
  /** Whether they are the last of the stream. */
  readonly isEnd: boolean;
  /** The time of the newest change in them that names this very server as its author; 0 where there is none. */
  readonly newestOwnMicros: number;
  /** Whether something in them is beyond what the end of the stream claims. */
  readonly isEarly: boolean;
}

/** Collects the chunks of a stream, checked and decoded, into groups: a commit costs the disk less for four chunks than for each. */
export class StepGroup {
  readonly #servers: readonly ServerUuid[];
  readonly #ownIndex: number;
  readonly #claimedMicros: readonly number[];
  #states: EntryState[] = [];
  #chunks = 0;
  #cursor: Cursor | undefined;
  #isEnd = false;
  #newestOwnMicros = 0;
  #isEarly = false;

  /**
   * @param own the server that pulls.
   * @param claimed what is seen of each server once the stream has ended.
   */
  constructor(servers: readonly ServerUuid[], own: ServerUuid, claimed: Seen) {
    this.#servers = servers;
    this.#ownIndex = servers.indexOf(own);
    this.#claimedMicros = servers.map(claimed);
  }

  /**
   * @param limits what records are held to at this moment.
   * @throws ProtocolError as `validateEntry`, and `false_claim`, with nothing of it taken in.
   */
  add({ chunk, end }: StreamStep, limits: EntryLimits): void {
    const held = { ...limits, ownIndex: this.#ownIndex, claimedMicros: this.#claimedMicros };
    const states = chunk?.records.map((record) => this.#decoded(record, held));
    this.#states = this.#states.concat(states ?? []);
    if (chunk) this.#chunks += 1;
    this.#cursor = end?.cursor ?? chunk?.cursor ?? this.#cursor;
    this.#isEnd = end !== undefined;
  }

  /** Whether it has to be applied before more is taken in. */
  get isFull(): boolean {
    return this.#isEnd || this.#chunks >= REPLICA_LIMITS.chunksAppliedMax;
  }

  take(): AppliedGroup {
    const group = {
      states: this.#states,
      cursor: this.#cursor,
      isEnd: this.#isEnd,
      newestOwnMicros: this.#newestOwnMicros,
      isEarly: this.#isEarly,
    };
    this.#states = [];
    this.#chunks = 0;
    this.#cursor = undefined;
    this.#newestOwnMicros = 0;
    this.#isEarly = false;
    return group;
  }

  #decoded(record: Uint8Array, limits: EntryLimits): EntryState {
    const { isEarly, newestOwnMicros } = validateEntry(record, this.#servers, limits);
    const state = readEntry(record, this.#servers);
    refuseFalsePlace(state);
    if (newestOwnMicros > this.#newestOwnMicros) this.#newestOwnMicros = newestOwnMicros;
    this.#isEarly ||= isEarly;
    return state;
  }
}
