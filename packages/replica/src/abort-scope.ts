import { onAbort } from "./on-abort.js";

/** One for all: an abort without a reason makes an error of its own each time, and a scope ends with every wait. */
const ENDED = new DOMException("it is over, or was given up", "AbortError");

/** A signal that aborts with any of its sources, until it is released. */
export class AbortScope {
  readonly #controller = new AbortController();
  readonly #releases: readonly (() => void)[];

  constructor(sources: readonly (AbortSignal | undefined)[]) {
    this.#releases = sources
      .filter((source) => source !== undefined)
      .map((source) => onAbort(source, () => this.abort()));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the scope, not its sources. */
  abort(): void {
    this.#controller.abort(ENDED);
  }

  /** From here on its sources do not hold on to it. */
  release(): void {
    for (const release of this.#releases) release();
  }
}
