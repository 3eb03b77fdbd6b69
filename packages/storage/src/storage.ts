import type { Store } from "./store.js";

/**
 * A place that holds databases by name, one of which is current. A refresh fills a new one beside it, then one atomic
 * step makes that the current one.
 *
 * Names are `[a-z0-9-]{1,64}`. One process at a time: a second opener is refused with `storage_locked`.
 */
export interface Storage {
  /** Takes the place for this process and tells which database is current; `undefined` in a new place. */
  open(): Promise<string | undefined>;

  /** The names of all databases that exist, in no order. */
  names(): Promise<readonly string[]>;

  /** Opens a database, creating it when it does not exist. */
  openStore(name: string): Promise<Store>;

  /** Makes `name` the current database, atomically, and durably where the stores are durable. */
  makeCurrent(name: string): Promise<void>;

  /** Destroys a database that is neither current nor open. A name that does not exist is nothing to do. */
  drop(name: string): Promise<void>;

  /** Gives the place back. Every store is closed first. */
  close(): Promise<void>;
}
