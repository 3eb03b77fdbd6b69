import { onAbort } from "./on-abort.js";

/** Wakes whoever waits for the next commit. */
export class CommitSignal {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next commit, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        release();
        resolve();
      };
      this.#waiting.add(wake);
      const release = onAbort(signal, wake);
    });
  }
}
