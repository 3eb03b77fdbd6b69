import { randomUuid } from "./random-uuid.js";
import type { Wire } from "./wire.js";

export interface RunnerOptions {
  readonly wire: Wire;
  /** The wall clock, in microseconds since the Unix epoch. */
  readonly clockMicros: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** How long the peer may take to connect as a consumer. */
  readonly waitMs: number;
}

/** What the runner is to the peer, in both roles: one replica with a server uuid of its own, new in each run. */
export class Runner {
  readonly wire: Wire;
  readonly waitMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly server: string;
  /** The peer's, as it last told. */
  domain: string | undefined;
  /** Entries that the runner has made: they are deleted at the end. */
  readonly made = new Set<string>();
  /** Entries that the peer had to refuse. */
  readonly refused = new Set<string>();
  readonly #clockMicros: () => number;
  #lastMicros = 0;

  constructor({ wire, clockMicros, randomBytes, waitMs }: RunnerOptions) {
    this.wire = wire;
    this.waitMs = waitMs;
    this.randomBytes = randomBytes;
    this.#clockMicros = clockMicros;
    this.server = this.uuid();
  }

  uuid(): string {
    return randomUuid(this.randomBytes);
  }

  /** The uuid of an entry that the runner makes. */
  madeUuid(): string {
    const uuid = this.uuid();
    this.made.add(uuid);
    return uuid;
  }

  /** The uuid of an entry that the peer has to refuse. */
  refusedUuid(): string {
    const uuid = this.uuid();
    this.refused.add(uuid);
    return uuid;
  }

  now(): number {
    return this.#clockMicros();
  }

  /** A time for a change: later than all before it. */
  nextMicros(): number {
    this.#lastMicros = Math.max(this.#clockMicros(), this.#lastMicros + 1);
    return this.#lastMicros;
  }
}
