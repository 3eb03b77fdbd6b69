export type StorageErrorCode =
  /** The store, snapshot or storage was closed, or not open yet. The caller's mistake. */
  | "store_closed"
  /** No room: nothing was applied; reads go on, and so do commits once there is room. */
  | "store_full"
  /** The medium failed: what was asked may not be assumed to have happened. Close, look at the medium, open again. */
  | "store_io"
  /** The stored bytes are not those of a store of this kind and version. Restore a backup, or refresh from a partner. */
  | "store_corrupt"
  /** A key is empty or longer than the store supports. The caller's mistake. */
  | "key_length"
  /** A database name that is not `[a-z0-9-]{1,64}`, or, where it must exist, of no database. The caller's mistake. */
  | "database_name"
  /** The database is current or open, so it cannot be dropped; or open, so it cannot be opened again. */
  | "database_in_use"
  /** Someone else, in this process or another, has the place open. */
  | "storage_locked";

export interface StorageErrorOptions extends ErrorOptions {
  readonly isFinal?: boolean;
}

/** What a store could not do. The message says to what, and the remedy; `cause` holds the medium's own error. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  /** No commit will go through any more, until the storage is opened anew. */
  readonly isFinal: boolean;

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options: StorageErrorOptions = {},
  ) {
    super(message, options);
    this.isFinal = options.isFinal ?? false;
  }
}
