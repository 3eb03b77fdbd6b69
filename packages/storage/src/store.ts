/**
 * An ordered map of bytes to bytes; keys compare as unsigned bytes, a shorter key before a longer one that it begins.
 *
 * Calls are batch-sized, so that the cost of a promise is paid per batch. The store copies what it is given before
 * the call returns; the caller owns what it gets. After `close` every call rejects with `store_closed`.
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
   * `store_full` or `store_io` with nothing applied.
   */
  commit(batch: Batch): Promise<void>;

  close(): Promise<void>;
}

export interface StoreSupport {
  /** A resolved commit survives the loss of power. */
  readonly durable: boolean;
  /** Greatest length of a key, in bytes. */
  readonly keyBytesMax: number;
}

/** One moment of a store. Every call after `close` rejects with `store_closed`. */
export interface Snapshot {
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;

  /** The rows of `range`, in order, up to the limits; at least one row when there is one. */
  scan(range: KeyRange, limits: PageLimits): Promise<Page>;

  close(): Promise<void>;
}

/** From `from` (inclusive) up to `to` (exclusive); without `to`, to the end. `reverse` starts at the end of the range. */
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

/** Puts `value`, or deletes the key when there is none. */
export interface Operation {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}
