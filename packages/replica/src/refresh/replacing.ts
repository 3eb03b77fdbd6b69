import type { Database } from "../database/database.js";
import type { Log } from "../ports/log.js";
import type { Replacements } from "./replacements.js";

export interface ReplacingContext {
  readonly log: Log;
  readonly database: () => Database;
  readonly newReplacements: () => Replacements;
  /** Makes `database` the one that is served. Within the writer's turn. */
  readonly swap: (database: Database) => Promise<void>;
}

/** What one replacement of the content works with. */
export interface ReplacingStep {
  readonly replacements: Replacements;
  readonly swap: ReplacingContext["swap"];
}

/** What replaces the whole content of one replica, one at a time, and the database that the last one replaced. */
export class Replacing {
  readonly #context: ReplacingContext;
  #isRunning = false;
  #running: Promise<unknown> = Promise.resolve();
  /** Readers may still be in it: closed by the next replacement, or with the storage. */
  #replaced: Database | undefined;

  constructor(context: ReplacingContext) {
    this.#context = context;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Resolves when none runs any more. Never rejects. */
  async settled(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  /** Runs `work` as the only one; `undefined`, at once, while another runs. */
  run<T>(work: (step: ReplacingStep) => Promise<T>): Promise<T> | undefined {
    if (this.#isRunning) return undefined;
    this.#isRunning = true;
    const running = this.#run(work).finally(() => {
      this.#isRunning = false;
    });
    this.#running = running;
    return running;
  }

  /** Drops every database but the current one and the one that it replaced. Never rejects. */
  async dropOthers(replacements: Replacements): Promise<void> {
    const { database, log } = this.#context;
    try {
      await replacements.dropAllBut([database().name, this.#replaced?.name ?? ""]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn("old_database_kept", `a database that is not needed any more could not be dropped: ${message}`);
    }
  }

  async #run<T>(work: (step: ReplacingStep) => Promise<T>): Promise<T> {
    const { database, newReplacements, swap } = this.#context;
    await this.#closeReplaced();
    return work({
      replacements: newReplacements(),
      swap: async (next) => {
        const replaced = database();
        await swap(next);
        this.#replaced = replaced;
      },
    });
  }

  async #closeReplaced(): Promise<void> {
    const replaced = this.#replaced;
    this.#replaced = undefined;
    await replaced?.store.close();
  }
}
