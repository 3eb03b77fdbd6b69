import type { Operation } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { pausedOperation, readPaused } from "../database/meta.js";

/**
 * The partners that an operator has paused, by origin, and since when, in microseconds since the Unix epoch. Kept in the
 * database, also for partners that the configuration does not name at the moment; a refresh takes it along.
 */
export class PausedPartners {
  #since: ReadonlyMap<string, number> = new Map();

  async load(database: Database): Promise<void> {
    const snapshot = await database.store.snapshot();
    try {
      this.#since = await readPaused(snapshot);
    } finally {
      await snapshot.close();
    }
  }

  sinceMicros(origin: string): number | undefined {
    return this.#since.get(origin);
  }

  /** For the database that takes the place of the current one. */
  operations(): Operation[] {
    return [pausedOperation(this.#since)];
  }

  /** Keeps it in the database that is about to take the place of the current one. */
  writeTo(database: Database): Promise<void> {
    return database.store.commit({ operations: this.operations() });
  }

  /** Takes effect once it is durable. Within the writer's turn. @param sinceMicros `undefined` resumes. */
  async set(database: Database, origin: string, sinceMicros: number | undefined): Promise<void> {
    const next = new Map(this.#since);
    if (sinceMicros === undefined) next.delete(origin);
    else next.set(origin, sinceMicros);
    await database.store.commit({ operations: [pausedOperation(next)] });
    this.#since = next;
  }
}
