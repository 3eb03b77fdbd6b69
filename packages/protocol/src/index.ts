export type { Channel, Traffic } from "./channel.js";
export { DEFAULT_LIMITS, type ProtocolLimits } from "./limits.js";
export {
  type AnnouncedLimits,
  type Begin,
  type Changed,
  type Chunk,
  type Cursor,
  type DomainMismatch,
  type End,
  type ErrorMessage,
  type Hello,
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
export { type Blame, ProtocolError, type ProtocolErrorCode } from "./protocol-error.js";
