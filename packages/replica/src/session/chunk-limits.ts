/** How much a chunk holds: it is sent as one frame, and applied as one commit. */
export interface ChunkLimits {
  readonly entriesMax: number;
  /**
   * A chunk ends with the entry that reaches it. Entries count with their stored size, of which a change may be a small
   * part: whoever applies it has to read the whole entry.
   */
  readonly bytesMax: number;
}

/** What a node does with one chunk, it does without a break: larger ones would keep its readers waiting. */
export const DEFAULT_CHUNK: ChunkLimits = { entriesMax: 512, bytesMax: 256 * 1024 };
