import type { EntryState, ServerUuid } from "@concordat/crdt";
import { type Cursor, decodeEntry, type EntryLimits } from "@concordat/protocol";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { StreamStep } from "./stream-reader.js";

/** Chunks that are applied in one commit. */
export interface AppliedGroup {
  readonly states: readonly EntryState[];
  /** The place that is reached with them; `undefined` when there was no chunk. */
  readonly cursor: Cursor | undefined;
  /** Whether they are the last of the stream. */
  readonly isEnd: boolean;
}

/**
 * Collects the chunks of a stream, checked and decoded, into groups: a commit costs the disk about as much for four chunks as for
 * one. A stream of one chunk is not held up.
 */
export class StepGroup {
  readonly #servers: readonly ServerUuid[];
  #states: EntryState[] = [];
  #chunks = 0;
  #cursor: Cursor | undefined;

  constructor(servers: readonly ServerUuid[]) {
    this.#servers = servers;
  }

  /**
   * @param limits what records are held to at this moment.
   * @returns the group that is full with this step, or ends the stream.
   * @throws ProtocolError as `decodeEntry`.
   */
  add({ chunk, end }: StreamStep, limits: EntryLimits): AppliedGroup | undefined {
    const states = chunk?.records.map((record) => decodeEntry(record, this.#servers, limits));
    this.#states = this.#states.concat(states ?? []);
    if (chunk) this.#chunks += 1;
    this.#cursor = end?.cursor ?? chunk?.cursor ?? this.#cursor;
    return end || this.#chunks >= REPLICA_LIMITS.chunksAppliedMax ? this.take(end !== undefined) : undefined;
  }

  /** What has been collected, also where no more comes. */
  take(isEnd = false): AppliedGroup {
    const group = { states: this.#states, cursor: this.#cursor, isEnd };
    this.#states = [];
    this.#chunks = 0;
    this.#cursor = undefined;
    return group;
  }
}
