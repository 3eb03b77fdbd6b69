/**
 * An ordered map of bytes to bytes; keys compare as unsigned bytes, a shorter key before a longer one that it begins.
 *
 * Calls are batch-sized, so that the cost of a promise is paid per batch. The store copies what it is given before
 * the call returns; the caller owns what it gets: plain arrays of bytes, whose `slice` copies (a `Buffer`'s does not). Keys are 1 to `supports.keyBytesMax` bytes long, anything else rejects
 * with `key_length`; values may be empty. After `close` every call but `close` rejects with `store_closed`.
 */
export interface Store {
  readonly supports: StoreSupport;

  /** The newest committed values of `keys`, in their order, all of one moment; `undefined` where there is none. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;

  /** A consistent view of the last commit, to be closed by the caller. Later commits do not show in it. */
  snapshot(): Promise<Snapshot>;

  /**
   * All or nothing, and visible only once it is as durable as the store supports: once resolved, and if
   * `supports.durable`, it survives the loss of power. Commits take effect in the order of the calls. Rejects with
   * `store_full` or `store_io` with nothing applied; one that was called later is not held back by that, unless the
   * error `isFinal`: the store then refuses every further commit with it, until the storage is opened anew.
   */
  commit(batch: Batch): Promise<void>;

  /** Waits for the commits that were called, and closes the snapshots. Closing twice is harmless. */
  close(): Promise<void>;
}

export interface StoreSupport {
  /** A resolved commit survives the loss of power. */
  readonly durable: boolean;
  /** Greatest length of a key, in bytes. */
  readonly keyBytesMax: number;
  /**
   * Snapshots of different moments that can be open at once; `snapshot` then waits until one is closed. Left out where
   * thousands can.
   */
  readonly snapshotsMax?: number;
}

/** One moment of a store. Every call after `close`, the store's too, rejects with `store_closed`. */
export interface Snapshot {
  /** As the store's `getMany`, of this moment. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;

  /** The rows of `range`, in order, up to the limits; at least one row when there is one. */
  scan(range: KeyRange, limits: PageLimits): Promise<Page>;

  /** Closing twice is harmless. */
  close(): Promise<void>;
}

/**
 * From `from` (inclusive) up to `to` (exclusive); without `to`, to the end. `reverse` starts at the end of the range.
 * The bounds are any bytes: they may be empty, or longer than a key may be. A range that ends before it starts is empty.
 */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to?: Uint8Array | undefined;
  readonly reverse?: boolean;
}

/** A page ends before it passes either limit: rows, or bytes of keys and values together. */
export interface PageLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Whether the range may hold rows beyond this page. */
  readonly more: boolean;
}

export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What one commit does. The later of two operations on one key counts. */
export interface Batch {
  readonly operations: readonly Operation[];
}

/** Puts `value`, or deletes the key when there is none. Deleting what is not there is nothing to do. */
export interface Operation {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}
