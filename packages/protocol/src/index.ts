export { joinedBytes } from "./adjacent.js";
export type { Channel, Traffic } from "./channel.js";
export { type Conversation, openConversation, type Role } from "./conversation.js";
export { decodeEntry, readEntry, readPlainPart } from "./decode-entry.js";
export { decodeMessage, type MessageLimits } from "./decode-message.js";
export { type EncodedEntry, encodeEntry } from "./encode-entry.js";
export { encodeMessage } from "./encode-message.js";
export { type EntryLimits, entryUuidBytes, readEntryUuid } from "./entry-record.js";
export { exchangeHello } from "./exchange-hello.js";
export { FRAME_HEADER_BYTES, FrameReader, frameHeader } from "./frame.js";
export { DEFAULT_LIMITS, type ProtocolLimits } from "./limits.js";
export { type ChannelPairOptions, channelPair } from "./memory-channel.js";
export {
  type AnnouncedLimits,
  type AnnouncedSuccessor,
  type Begin,
  type Changed,
  type Chunk,
  type Cursor,
  type CursorScan,
  type Digest,
  type DigestEntry,
  type DigestRange,
  type Digests,
  type DomainMismatch,
  type End,
  type ErrorMessage,
  type Hello,
  type HelloCertificates,
  type Incremental,
  type Message,
  type NoChanges,
  type Ping,
  type Pong,
  type Refresh,
  type RefreshRequired,
  type Reply,
  type Request,
  type Subscribe,
  UNWILLING_REASONS,
  type Unwilling,
  type UnwillingReason,
  type WireRuvRow,
} from "./message.js";
export { DIGEST_ATTRIBUTES_MAX, DIGEST_ENTRIES_MAX, DIGEST_RANGES_MAX } from "./message-bounds.js";
export { type Direction, MESSAGE_TYPES } from "./message-type.js";
export { type Blame, ProtocolError, type ProtocolErrorCode } from "./protocol-error.js";
export { ruvDigest, ruvWireBytes } from "./ruv-digest.js";
export { VALUE_CONTAINERS_MAX } from "./scan-value.js";
export { type NoUnseenRecord, unseenRecord } from "./unseen-record.js";
export { type ValidatedEntry, validateEntry } from "./validate-entry.js";
export { decodeValue, encodeValue, readValue } from "./value.js";
