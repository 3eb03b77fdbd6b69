import type { Channel, Traffic } from "./channel.js";
import { FRAME_HEADER_BYTES } from "./frame.js";
import { FrameQueue } from "./frame-queue.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { ProtocolError } from "./protocol-error.js";

export interface ChannelPairOptions {
  /** What the first and what the second channel call the partner at their other end. */
  readonly partners?: readonly [string, string];
  /** Frames on their way in each direction before `send` waits; at least 1. */
  readonly queueFramesMax?: number;
  readonly frameBytesMax?: number;
}

/**
 * Two channels that are each other's other end, in one process: for replicas that share it, for tests and simulations.
 *
 * Bytes are copied as a wire would copy them. There are no deadlines.
 */
export const channelPair = (options: ChannelPairOptions = {}): readonly [Channel, Channel] => {
  const { partners = ["memory://second", "memory://first"], queueFramesMax = 4 } = options;
  const { frameBytesMax = DEFAULT_LIMITS.replyFrameBytesMax } = options;
  const there = new FrameQueue(queueFramesMax);
  const back = new FrameQueue(queueFramesMax);
  return [
    new MemoryChannel(partners[0], there, back, frameBytesMax),
    new MemoryChannel(partners[1], back, there, frameBytesMax),
  ];
};

class MemoryChannel implements Channel {
  readonly partner: string;
  readonly #outgoing: FrameQueue;
  readonly #incoming: FrameQueue;
  readonly #frameBytesMax: number;
  readonly #traffic = { bytesSent: 0, bytesReceived: 0 };
  #isClosed = false;

  constructor(partner: string, outgoing: FrameQueue, incoming: FrameQueue, frameBytesMax: number) {
    this.partner = partner;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#frameBytesMax = frameBytesMax;
  }

  get traffic(): Traffic {
    return { ...this.#traffic };
  }

  async send(parts: readonly Uint8Array[]): Promise<void> {
    const payload = copyOf(parts, this.#frameBytesMax);
    const accepted = this.#outgoing.put(payload);
    this.#traffic.bytesSent += FRAME_HEADER_BYTES + payload.length;
    await accepted;
  }

  async receive(): Promise<Uint8Array | undefined> {
    const payload = await this.#incoming.take();
    if (payload !== undefined) this.#traffic.bytesReceived += FRAME_HEADER_BYTES + payload.length;
    return payload;
  }

  async close(reason?: Error): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const here = reason ?? new ProtocolError("closed", "the channel was closed on this side", { blame: "caller" });
    const there = new ProtocolError("connection_lost", `${this.partner}: the other end closed the connection`, {
      blame: "network",
    });
    this.#outgoing.finish(here, reason && there);
    this.#incoming.abandon(here, there);
  }
}

const copyOf = (parts: readonly Uint8Array[], frameBytesMax: number): Uint8Array => {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length === 0) throw new ProtocolError("frame", "a frame without a payload", { blame: "caller" });
  if (length > frameBytesMax) {
    throw new ProtocolError("frame_too_large", `frame of ${length} bytes, limit ${frameBytesMax}`, { blame: "caller" });
  }
  const payload = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    payload.set(part, at);
    at += part.length;
  }
  return payload;
};
