import type { Begin } from "@concordat/protocol";
import type { Clock } from "../ports/clock.js";
import type { CatchingUp } from "../replica-status.js";

/** How far one pull is, by what its supplier expected of it. */
export class PullProgress {
  readonly #estimate: Begin["estimate"];
  readonly #bytesBefore: number;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #beganAtMs: number;
  #entries = 0;

  /** @param bytesBefore what the connection had received when the pull began. */
  constructor(estimate: Begin["estimate"], bytesBefore: number, clock: Pick<Clock, "monotonicMs">) {
    this.#estimate = estimate;
    this.#bytesBefore = bytesBefore;
    this.#clock = clock;
    this.#beganAtMs = clock.monotonicMs();
  }

  add(entries: number): void {
    this.#entries += entries;
  }

  get entriesLeft(): number {
    return Math.max(0, this.#estimate.entries - this.#entries);
  }

  /** @param bytesReceived by the connection, so far. */
  report(bytesReceived: number): CatchingUp {
    const { entries: entriesEstimate, bytes: bytesEstimate } = this.#estimate;
    const elapsedMs = this.#clock.monotonicMs() - this.#beganAtMs;
    const secondsLeft =
      this.#entries === 0 ? undefined : Math.round((elapsedMs / this.#entries) * this.entriesLeft) / 1_000;
    const bytes = bytesReceived - this.#bytesBefore;
    return { entries: this.#entries, entriesEstimate, bytes, bytesEstimate, secondsLeft };
  }
}
