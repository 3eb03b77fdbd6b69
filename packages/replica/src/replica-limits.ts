/** Bounds on memory and turns of one replica, in one place. */
export const REPLICA_LIMITS = {
  /** Rows read from the store at once by a scan. */
  pageRowsMax: 256,
  pageBytesMax: 1024 * 1024,
  /** Entries read at once on the way along the feed, whose sizes are known only then; the first time, fewer. */
  entriesReadMax: 128,
  entriesReadFirst: 16,
  /** Rows of the feed that are asked for one by one, where no more are wanted. */
  feedRowsAskedMax: 32,
  /** Chunks of a pull that one commit takes; what they touch is read, and held, together. */
  chunksAppliedMax: 16,
  /** Chunks of a refresh that one commit takes: all are staged without a break. */
  chunksCopiedMax: 4,
  /** Of a group, entries that are read and merged before others have a turn. */
  statesAppliedTogether: 128,
  /** Rows of the feed that a stream passes over before it says how far it is, though it has nothing to send. */
  feedRowsSilentMax: 50_000,
  /** Entries that the row of an indexed value names; beyond, each has a row of its own, and a commit writes one, not all. */
  indexRowEntriesMax: 32,
  /** Transactions that share one durable commit; more would make the first of them wait too long. */
  groupedTransactionsMax: 256,
  /** How long a supplier leaves `Subscribe` unanswered: well under the idle limit of a connection. */
  subscribeHeartbeatMs: 30_000,
  /** The first wait after a failure; it doubles up to the poll interval. */
  retryBaseMs: 250,
  /** Entries that one commit of a purge takes out or rewrites, and how long it is from one purge to the next. */
  purgedEntriesMax: 256,
  purgeIntervalMs: 3_600_000,
  /** How long the first write after a start waits for word from the partners: this replica may have gone back in time. */
  firstWordMs: 2_000,
  /** How often one partner is believed, while the process runs, that this replica's history is one of two. */
  forksHealedPerPartnerMax: 3,
  /** Times in a row that a partner may speak of changes and have none, before it is asked less often. */
  hollowChangesMax: 4,
  /** How often it is told at the most that a partner's connection has ended in an error. */
  complaintIntervalMs: 60_000,
  /** Rows and bytes that one commit of a restore takes; it ends with the block that passes either. */
  restoredRowsMax: 8_192,
  restoredBytesMax: 4 * 1024 * 1024,
  /** Entries that are hashed without a break, and what one answer to `Digest` goes through at the most: half a second of work. */
  digestedTogether: 32,
  digestedEntriesMax: 16_384,
  digestedBytesMax: 16 * 1024 * 1024,
  /** Problems that `verify` names. */
  problemsMax: 100,
  /** Uuids that show what a refresh would discard. */
  discardSampleMax: 5,
} as const;
