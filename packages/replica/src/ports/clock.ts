/** Time, as everything below the composition root gets it. */
export interface Clock {
  /** Microseconds since the Unix epoch, an integer; may stand still or jump. */
  wallMicros(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
