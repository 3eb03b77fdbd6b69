/** What one side accepts from the other. Every number guards memory or time against a buggy or hostile peer. */
export interface ProtocolLimits {
  /** A request carries a vector and a cursor: 64 KiB are about 1,000 servers. */
  readonly requestFrameBytesMax: number;
  /** A reply carries a chunk; an entry of the greatest size must fit. */
  readonly replyFrameBytesMax: number;
  readonly entryBytesMax: number;
  /** Nesting of arrays and maps in a value. */
  readonly depthMax: number;
  readonly attributeNameBytesMax: number;
  /** A server uuid is 16 bytes on the wire and one row in memory. */
  readonly serversMax: number;
  readonly handshakeTimeoutMs: number;
  /** From the first byte that is due to the last of a frame; trickled bytes do not extend it. */
  readonly frameTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly connectionsPerPartnerMax: number;
}

export const DEFAULT_LIMITS: ProtocolLimits = {
  requestFrameBytesMax: 64 * 1024,
  replyFrameBytesMax: 8 * 1024 * 1024,
  entryBytesMax: 4 * 1024 * 1024,
  depthMax: 16,
  attributeNameBytesMax: 255,
  serversMax: 1_000,
  handshakeTimeoutMs: 10_000,
  frameTimeoutMs: 30_000,
  idleTimeoutMs: 90_000,
  connectionsPerPartnerMax: 4,
};
