import type { Store } from "./store.js";

/**
 * A place that holds databases by name, one of which is current. A refresh fills a new one beside it, then one atomic
 * step makes that the current one.
 *
 * Names are `[a-z0-9-]{1,64}`, anything else rejects with `database_name`. One opener at a time, in this process or
 * another: the next is refused with `storage_locked`. Before `open` and after `close` every call but `close` rejects with
 * `store_closed`; `open` may take the place again.
 */
export interface Storage {
  /** Takes the place for this process and tells which database is current; `undefined` in a new place. */
  open(): Promise<string | undefined>;

  /** The names of all databases that exist, in no order. */
  names(): Promise<readonly string[]>;

  /** Opens a database, creating it when it does not exist. One handle at a time: `database_in_use` while it is open. */
  openStore(name: string): Promise<Store>;

  /**
   * Makes `name` the current database, atomically, and durably where the stores are durable. Rejects with
   * `database_name` when there is no such database.
   */
  makeCurrent(name: string): Promise<void>;

  /**
   * Destroys a database that is neither current nor open (`database_in_use`). A name that does not exist is nothing to
   * do. Atomic: after a crash it is there whole or not at all.
   */
  drop(name: string): Promise<void>;

  /** Closes every store that is open, and gives the place back. Closing twice is harmless. */
  close(): Promise<void>;
}
