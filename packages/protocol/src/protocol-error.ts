export type ProtocolErrorCode =
  /** A frame of length 0, over the limit, cut off, or with bytes left over. */
  | "frame"
  /** A frame that is over the limit that the receiver announced. */
  | "frame_too_large"
  /** A message, entry or value of the wrong shape. */
  | "shape"
  /** A message that does not belong here in the conversation. */
  | "unexpected_message"
  /** A change stamped further ahead than `max_clock_skew` allows. */
  | "clock_skew"
  /** The stream's count or digest is not what its `End` says. */
  | "stream_digest"
  /** What the peer says contradicts itself, or what this node knows for certain. */
  | "false_claim"
  /** The peer sent `Error`. */
  | "peer_error"
  /** The connection ended before the conversation did. */
  | "connection_lost"
  /** The peer was silent for longer than it may be. */
  | "timeout"
  /** The channel was closed on this side. */
  | "closed"
  /** The name of the partner's origin does not resolve. */
  | "name_not_resolved"
  /** Nothing listens at the partner's origin, or it cannot be reached. */
  | "connection_refused"
  /** The peer is not TLS 1.3 or not `concordat/1`. */
  | "version"
  /** The peer's certificate is not one of those pinned for it. */
  | "certificate_not_pinned"
  /** The peer's certificate is pinned and its time is over, or has not come. */
  | "certificate_expired"
  /** The peer gave no certificate. */
  | "certificate_missing"
  /** The peer ended the connection before its `Hello`: it does not accept this node's certificate. */
  | "certificate_refused"
  /** Replication between the two nodes is paused on this one. */
  | "paused"
  /** More connections than one partner may have. */
  | "too_many_connections";

export type Blame = "peer" | "caller" | "us" | "network";

/** What went wrong on a connection. Callers branch on `code`; the message says what to do about it. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly blame: Blame;
  /** Whether a later try may go better without anybody doing anything. */
  readonly retryable: boolean;

  constructor(
    readonly code: ProtocolErrorCode,
    message: string,
    options: { readonly blame: Blame; readonly retryable?: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.blame = options.blame;
    this.retryable = options.retryable ?? options.blame === "network";
  }
}
