import { onAbort } from "./on-abort.js";

/** A signal that aborts with any of its sources, until it is released. */
export class AbortScope {
  readonly #controller = new AbortController();
  readonly #releases: readonly (() => void)[];

  constructor(sources: readonly (AbortSignal | undefined)[]) {
    this.#releases = sources
      .filter((source) => source !== undefined)
      .map((source) => onAbort(source, () => this.#controller.abort()));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the scope, not its sources. */
  abort(): void {
    this.#controller.abort();
  }

  /** From here on its sources do not hold on to it. */
  release(): void {
    for (const release of this.#releases) release();
  }
}
