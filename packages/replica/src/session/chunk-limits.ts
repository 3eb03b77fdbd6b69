import type { AnnouncedLimits } from "@concordat/protocol";

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

/** The cursor of a chunk, and the openings of its arrays. */
const CHUNK_OVERHEAD_BYTES = 1_024;

/** `chunk`, so that its frames fit those that the consumer accepts, whatever the size of the entry that ends one. */
export const chunkWithin = (
  chunk: ChunkLimits,
  { replyFrameBytesMax, entryBytesMax }: AnnouncedLimits,
): ChunkLimits => {
  const room = replyFrameBytesMax - entryBytesMax - CHUNK_OVERHEAD_BYTES;
  return room >= chunk.bytesMax ? chunk : { ...chunk, bytesMax: Math.max(1, room) };
};
