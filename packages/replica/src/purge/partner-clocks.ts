import type { Clock } from "../ports/clock.js";

/** The clocks that partners told in their `Hello`, and what they would show by now. */
export class PartnerClocks {
  readonly #clock: Clock;
  /** By origin: the partner's wall clock less this process's monotonic one, in microseconds. */
  readonly #offsets = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(origin: string, clockMicros: number): void {
    this.#offsets.set(origin, clockMicros - this.#monotonicMicros());
  }

  /** The partners are these from now on: what others said counts no more. */
  keepOnly(origins: ReadonlySet<string>): void {
    for (const origin of this.#offsets.keys()) if (!origins.has(origin)) this.#offsets.delete(origin);
  }

  /** The newest of them, in microseconds since the Unix epoch; `undefined` while none was heard. */
  newestMicros(): number | undefined {
    if (this.#offsets.size === 0) return undefined;
    return Math.max(...this.#offsets.values()) + this.#monotonicMicros();
  }

  #monotonicMicros(): number {
    return Math.round(this.#clock.monotonicMs() * 1_000);
  }
}
