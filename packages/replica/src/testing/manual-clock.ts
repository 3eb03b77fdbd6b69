import type { Clock } from "../ports/clock.js";

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /** The wall clock, in microseconds since the Unix epoch: a test may let it jump, or stand still. */
  micros: number;
  /** How much longer each sleeper sleeps, in milliseconds, in the order of falling asleep. */
  readonly sleepsMs: readonly number[];
  /** Lets time pass on both clocks, and wakes whoever has slept enough. */
  advance(ms: number): void;
}

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

export const manualClock = (micros = 1_700_000_000_000_000): ManualClock => {
  const sleepers = new Set<Sleeper>();
  let monotonicMs = 0;
  return {
    micros,
    wallMicros() {
      return this.micros;
    },
    monotonicMs: () => monotonicMs,
    get sleepsMs() {
      return [...sleepers].map(({ untilMs }) => untilMs - monotonicMs);
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { untilMs: monotonicMs + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake);
      }),
    advance(ms) {
      monotonicMs += ms;
      this.micros += Math.round(ms * 1_000);
      for (const sleeper of [...sleepers]) if (sleeper.untilMs <= monotonicMs) sleeper.wake();
    },
  };
};
