import type { VirtualTime } from "../world/virtual-time.js";

/** What every clock shows when a simulation begins, in microseconds since the Unix epoch. */
export const EPOCH_MICROS = 1_700_000_000_000_000;

/** The wall clock of one machine: it may be wrong, run at another speed, jump, or stand still. */
export class NodeClock {
  #offsetMicros = 0;
  /** Seconds that it shows for each second that passes. */
  #rate = 1;
  #sinceMs = 0;
  #baseMicros = EPOCH_MICROS;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  wallMicros(): number {
    const passedMicros = (this.#time.nowMs - this.#sinceMs) * 1_000 * this.#rate;
    return Math.floor(this.#baseMicros + this.#offsetMicros + passedMicros);
  }

  /** How far it is ahead of the time that has really passed, in milliseconds. */
  get aheadMs(): number {
    return (this.wallMicros() - EPOCH_MICROS) / 1_000 - this.#time.nowMs;
  }

  jump(ms: number): void {
    this.#offsetMicros += Math.round(ms * 1_000);
  }

  /** 0 stands still. */
  runAt(rate: number): void {
    const shown = this.wallMicros();
    this.#offsetMicros = 0;
    this.#baseMicros = shown;
    this.#sinceMs = this.#time.nowMs;
    this.#rate = rate;
  }

  /** As somebody sets it who looks at another clock. */
  putRight(): void {
    this.runAt(1);
    this.jump(-this.aheadMs);
  }
}
