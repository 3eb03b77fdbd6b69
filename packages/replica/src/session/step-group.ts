import type { EntryState, ServerUuid } from "@concordat/crdt";
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
}

/** Collects the chunks of a stream, checked and decoded, into groups: a commit costs the disk less for four chunks than for each. */
export class StepGroup {
  readonly #servers: readonly ServerUuid[];
  readonly #ownIndex: number;
  #states: EntryState[] = [];
  #chunks = 0;
  #cursor: Cursor | undefined;
  #isEnd = false;
  #newestOwnMicros = 0;

  /** @param own the server that pulls. */
  constructor(servers: readonly ServerUuid[], own: ServerUuid) {
    this.#servers = servers;
    this.#ownIndex = servers.indexOf(own);
  }

  /**
   * @param limits what records are held to at this moment.
   * @throws ProtocolError as `validateEntry`, and `false_claim`, with nothing of it taken in.
   */
  add({ chunk, end }: StreamStep, limits: EntryLimits): void {
    const held = { ...limits, ownIndex: this.#ownIndex };
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
    };
    this.#states = [];
    this.#chunks = 0;
    this.#cursor = undefined;
    this.#newestOwnMicros = 0;
    return group;
  }

  #decoded(record: Uint8Array, limits: EntryLimits): EntryState {
    const { newestOwnMicros } = validateEntry(record, this.#servers, limits);
    const state = readEntry(record, this.#servers);
    refuseFalsePlace(state);
    if (newestOwnMicros > this.#newestOwnMicros) this.#newestOwnMicros = newestOwnMicros;
    return state;
  }
}
