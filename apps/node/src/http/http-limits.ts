/** Bounds on what one request may cost, in one place. */
export const HTTP_LIMITS = {
  /** Four times the largest entry: base64 and escapes make JSON larger than the record. */
  bodyBytesMax: 16 * 1024 * 1024,
  /** How long a request that brings a token waits for what it speaks of, in seconds. */
  waitDefaultS: 10,
  waitMaxS: 60,
  operationsMax: 10_000,
  /** Entries of one page; the same bound that `Replica.list` has. */
  pageEntriesMax: 10_000,
  pageEntriesDefault: 100,
  /** The same bound that `Replica.conflicts` has. */
  pageConflictsMax: 1_000,
  /** UTF-16 code units of JSON, after which a page ends early: a page of large entries must fit into memory. */
  pageCharactersMax: 8 * 1024 * 1024,
  /** Proxies give up on a silent connection after 30 s at the earliest. */
  heartbeatIntervalMs: 15_000,
} as const;
