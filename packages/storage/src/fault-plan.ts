/** One call that a faulty storage is about to pass on. */
export interface StorageCall {
  readonly operation: StorageOperation;
  readonly database: string;
  /** How many calls of this operation came before it, over all databases: 0 for the first. */
  readonly index: number;
}

/** `get_many` stands for the store's and the snapshot's. */
export type StorageOperation = "open_store" | "make_current" | "drop" | "get_many" | "snapshot" | "scan" | "commit";

export type Fault =
  /** The call rejects with `code` and has done nothing; the next ones go on. */
  | { readonly kind: "error"; readonly code: "store_full" | "store_io" }
  /**
   * The power goes in the middle of the call: it and every unresolved commit before it took effect (`applied`) or none
   * of them did, and nobody is told which. Every later call rejects with `store_io`.
   */
  | { readonly kind: "power_loss"; readonly applied: boolean };

/** What goes wrong with a call, if anything. Asked once per call, in the order of the calls; make it deterministic. */
export type FaultPlan = (call: StorageCall) => Fault | undefined;
