/**
 * The writer's turn: whoever changes a database does it alone, in the order of asking. Reads need no turn.
 */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` once all that asked before have finished. What it throws is its own caller's. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
