import type { Channel, Traffic } from "./channel.js";
import { decodeMessage, type MessageLimits } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import type { ErrorMessage, Hello, Message, Reply, Request } from "./message.js";
import { ERROR_CODE_BYTES_MAX } from "./message-bounds.js";
import { ProtocolError, type ProtocolErrorCode } from "./protocol-error.js";

/** The side that asks, and the side that answers. */
export type Role = "consumer" | "supplier";

/** What one side says and hears after `Hello`. */
interface Spoken {
  readonly consumer: { readonly sends: Request; readonly receives: Reply };
  readonly supplier: { readonly sends: Reply; readonly receives: Request };
}

/** A channel on which messages are exchanged in place of bytes. One caller at a time per direction. */
export interface Conversation<R extends Role> {
  readonly role: R;
  /** The partner, as the configuration names it. */
  readonly partner: string;
  readonly peerCertificate: Channel["peerCertificate"];
  readonly traffic: Traffic;

  /** Resolves when there is room for the next message. Rejects as `encodeMessage` throws and `Channel.send` rejects. */
  send(message: Hello | Spoken[R]["sends"] | ErrorMessage): Promise<void>;

  /**
   * The next message; `undefined` after a clean end.
   *
   * Rejects as `decodeMessage` throws and `Channel.receive` rejects, and with `peer_error`, whose `cause` is the
   * `ErrorMessage`, when the partner sent one. What the partner got wrong is told to it, and the conversation closed.
   *
   * @param options.idle the partner owes nothing now: the idle limit holds in place of the frame limit.
   */
  receive(options?: { readonly idle?: boolean }): Promise<Spoken[R]["receives"] | undefined>;

  /** As `receive`, for the first message. */
  receiveHello(): Promise<Hello | undefined>;

  /** Ends the conversation; a `reason` is told to the partner, unless it is the connection's own. Never rejects. */
  close(reason?: Error): Promise<void>;
}

/** Speaks `concordat/1` over `channel`. Reads no message before it is asked for. */
export const openConversation = <R extends Role>(
  channel: Channel,
  options: { readonly role: R; readonly limits: MessageLimits },
): Conversation<R> => new ChannelConversation(channel, options.role, options.limits);

class ChannelConversation<R extends Role> implements Conversation<R> {
  readonly role: R;
  readonly #channel: Channel;
  readonly #limits: MessageLimits;
  #isSending = false;

  constructor(channel: Channel, role: R, limits: MessageLimits) {
    this.#channel = channel;
    this.role = role;
    this.#limits = limits;
  }

  get partner(): string {
    return this.#channel.partner;
  }

  get peerCertificate(): Channel["peerCertificate"] {
    return this.#channel.peerCertificate;
  }

  get traffic(): Traffic {
    return this.#channel.traffic;
  }

  async send(message: Message): Promise<void> {
    const parts = encodeMessage(message);
    this.#isSending = true;
    try {
      await this.#channel.send(parts);
    } finally {
      this.#isSending = false;
    }
  }

  async receive(options?: { readonly idle?: boolean }): Promise<Spoken[R]["receives"] | undefined> {
    const message = await this.#next(options);
    if (message?.type !== "hello") return message as Spoken[R]["receives"] | undefined;
    return this.#refuse(unexpected("the partner sent hello a second time"));
  }

  async receiveHello(): Promise<Hello | undefined> {
    const message = await this.#next();
    if (message === undefined || message.type === "hello") return message;
    return this.#refuse(unexpected(`the partner began with ${message.type} in place of hello`));
  }

  async close(reason?: Error): Promise<void> {
    const farewell = reason && farewellFor(reason);
    // Not waited for: a partner that does not read must not hold up the end. Nor sent into a message that is on its way.
    if (farewell && !this.#isSending) this.#channel.send(encodeMessage(farewell)).catch(() => undefined);
    await this.#channel.close(reason);
  }

  async #next(options?: { readonly idle?: boolean }): Promise<Exclude<Message, ErrorMessage> | undefined> {
    const payload = await this.#channel.receive(options);
    if (payload === undefined) return undefined;
    const message = await this.#decode(payload);
    if (message.type !== "error") return message;
    const error = peerError(message);
    await this.close(error);
    throw error;
  }

  async #decode(payload: Uint8Array): Promise<Message> {
    try {
      return decodeMessage(payload, this.role === "consumer" ? "reply" : "request", this.#limits);
    } catch (error) {
      return this.#refuse(error as Error);
    }
  }

  async #refuse(error: Error): Promise<never> {
    await this.close(error);
    throw error;
  }
}

/** The connection is gone, or the partner is the one that ended it: there is nothing to tell it. */
const NOT_TOLD: ReadonlySet<ProtocolErrorCode> = new Set(["peer_error", "connection_lost", "closed", "timeout"]);

/** What the partner is told of `reason`: a protocol error in full, of another one its code and nothing inside. */
const farewellFor = (reason: Error): ErrorMessage | undefined => {
  if (!(reason instanceof ProtocolError)) {
    return { type: "error", code: codeOf(reason), message: "the other side could not go on", retryable: true };
  }
  if (NOT_TOLD.has(reason.code)) return undefined;
  return { type: "error", code: reason.code, message: reason.message, retryable: reason.retryable };
};

const codeOf = (error: Error): string => {
  const code = "code" in error && typeof error.code === "string" ? error.code : "internal";
  return /^[\w-]+$/.test(code) && code.length <= ERROR_CODE_BYTES_MAX ? code : "internal";
};

const peerError = (message: ErrorMessage): ProtocolError =>
  new ProtocolError("peer_error", `the partner reports ${printable(message.code)}: ${printable(message.message)}`, {
    blame: "peer",
    retryable: message.retryable,
    cause: message,
  });

/** Text from outside that goes to logs and terminals: without characters that steer them. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");

const unexpected = (what: string): ProtocolError => new ProtocolError("unexpected_message", what, { blame: "peer" });
