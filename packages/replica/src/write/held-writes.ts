import { AbortScope } from "../abort-scope.js";
import type { Clock } from "../ports/clock.js";
import { REPLICA_LIMITS } from "../replica-limits.js";

/** What the first writes after a start wait for: until partners had the time to say whether this replica's history is theirs. */
export class HeldWrites {
  #until: Promise<void> | undefined;

  /** `undefined` once they go ahead. */
  get until(): Promise<void> | undefined {
    return this.#until;
  }

  /**
   * @param tried resolves when each partner was asked once; those that do not answer are not waited for.
   * @param closing aborts when the replica closes.
   */
  hold(tried: Promise<void>, clock: Clock, closing: AbortSignal): void {
    const waiting = new AbortScope([closing]);
    const timeout = clock.sleep(REPLICA_LIMITS.firstWordMs, waiting.signal);
    this.#until = Promise.race([tried, timeout]).then(() => {
      this.#until = undefined;
      waiting.abort();
      waiting.release();
    });
  }
}
