export type StorageErrorCode =
  /** The store, snapshot or storage was closed before the call. */
  | "store_closed"
  /** No room: nothing was applied; reads go on. */
  | "store_full"
  /** The medium failed: what was asked may not be assumed to have happened. */
  | "store_io"
  /** The stored bytes are not those of a store of this kind and version. */
  | "store_corrupt"
  /** A key is empty or longer than the store supports. */
  | "key_length"
  /** A database name that is not `[a-z0-9-]{1,64}`. */
  | "database_name"
  /** The database is current or open, so it cannot be dropped. */
  | "database_in_use"
  /** Another process has the place open. */
  | "storage_locked";

/** What a store could not do. The message says to what, and the remedy; `cause` holds the medium's own error. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
