import type { TLSSocket } from "node:tls";
import type { Channel, Traffic } from "../channel.js";
import { FrameReader, frameHeader } from "../frame.js";
import type { ProtocolLimits } from "../limits.js";
import { ProtocolError } from "../protocol-error.js";
import { endSocket } from "./end-socket.js";
import { certificateExpired } from "./peer-refusal.js";
import type { Pin } from "./pin.js";
import { connectionFailure } from "./socket-failure.js";

/** The header's length field is 32 bits. */
const PAYLOAD_BYTES_MAX = 0xffff_ffff;
/** A long wait is cut up, so that a clock that was set shows; timers hold 2^31 ms at the most. */
const EXPIRY_CHECK_MS = 3_600_000;
const KEEP_ALIVE_MS = 30_000;
/** A frame up to here is copied and leaves with those that are sent in the same turn, as one TLS record has room for. */
const HELD_FRAME_BYTES_MAX = 16 << 10;
/** So much may wait for the kernel before a small frame, too, waits for its turn. */
const HELD_BYTES_MAX = 64 << 10;

/** A frame from here on takes long to work off. */
const LONG_FRAME_BYTES = 64 << 10;

interface Receiver {
  readonly resolve: (payload: Uint8Array | undefined) => void;
  readonly reject: (error: ProtocolError) => void;
  /** Waits for the first byte of a frame that the peer does not owe yet. */
  idle: boolean;
  timer: NodeJS.Timeout;
}

/**
 * Hands a frame over; a long one after the event loop has turned. While bytes arrive as fast as they are worked off, libuv reads from one
 * socket up to 32 times before any other has its turn.
 */
const deliver = (payload: Uint8Array, resolve: (payload: Uint8Array) => void): void => {
  if (payload.length < LONG_FRAME_BYTES) resolve(payload);
  else setImmediate(resolve, payload);
};

export interface TlsChannelOptions {
  /** After a handshake that `checkPeer` trusts, with nothing read or written yet. */
  readonly socket: TLSSocket;
  readonly pin: Pin;
  /** The limit of what is received. */
  readonly frameBytesMax: number;
  readonly limits: ProtocolLimits;
  readonly nowMs: () => number;
}

/**
 * A channel over an authenticated TLS connection.
 *
 * Reads only while someone receives: what waits is at most one frame and what came with its last bytes. `send` resolves
 * when the frame is in the kernel's hands, so at most one is held on the way out, and a few small ones: those that are sent in
 * one turn of the event loop leave together, and whoever sent one goes on at once.
 */
export class TlsChannel implements Channel {
  readonly partner: string;
  readonly pin: Pin;
  readonly #socket: TLSSocket;
  readonly #limits: ProtocolLimits;
  readonly #nowMs: () => number;
  readonly #reader: FrameReader;
  readonly #traffic = { bytesSent: 0, bytesReceived: 0 };
  #receiver: Receiver | undefined;
  #rejectSend: ((error: ProtocolError) => void) | undefined;
  #peerEnded = false;
  #isHolding = false;
  /** Why both directions reject. */
  #failure: ProtocolError | undefined;
  #expiryTimer: NodeJS.Timeout | undefined;

  constructor(options: TlsChannelOptions) {
    this.partner = options.pin.partner;
    this.pin = options.pin;
    this.#socket = options.socket;
    this.#limits = options.limits;
    this.#nowMs = options.nowMs;
    this.#reader = new FrameReader({ frameBytesMax: options.frameBytesMax });
    this.#listen();
    this.#watchExpiry();
  }

  get peerCertificate(): Uint8Array {
    return this.pin.der;
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  async send(parts: readonly Uint8Array[]): Promise<void> {
    const payloadBytes = parts.reduce((sum, part) => sum + part.length, 0);
    assertPayloadLength(payloadBytes);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#rejectSend !== undefined) throw new TypeError("send was called while another send waits");
    if (!this.#socket.writable) throw this.#endedByPeer();
    const header = frameHeader(payloadBytes);
    const pieces = [header, ...parts];
    if (payloadBytes <= HELD_FRAME_BYTES_MAX && this.#socket.writableLength < HELD_BYTES_MAX) this.#hold(pieces);
    else await this.#write(pieces);
    this.#traffic.bytesSent += header.length + payloadBytes;
  }

  async receive(options: { readonly idle?: boolean } = {}): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#receiver !== undefined) throw new TypeError("receive was called while another receive waits");
    const payload = this.#readFrame();
    if (payload !== undefined) return new Promise((resolve) => deliver(payload, resolve));
    if (this.#peerEnded) return this.#atEnd();
    return new Promise((resolve, reject) => {
      const idle = options.idle === true && this.#reader.pendingBytes === 0;
      this.#receiver = { resolve, reject, idle, timer: this.#receiveTimer(idle) };
      this.#socket.resume();
    });
  }

  async close(reason?: Error): Promise<void> {
    const isClean = reason === undefined;
    // What a clean close finds on its way out is delivered; whoever sends it sees it resolve.
    if (this.#failure === undefined) this.#stop(closedBecause(reason), isClean);
    await endSocket(this.#socket, isClean ? this.#limits.frameTimeoutMs : undefined);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    // A listener for data would start the flow.
    socket.pause();
    socket.on("data", (bytes: Buffer) => this.#onData(bytes));
    socket.on("end", () => this.#onEnd());
    socket.on("error", (error) => this.#fail(connectionFailure(error, this.partner)));
    socket.on("close", () => this.#onClose());
  }

  #onData(bytes: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#traffic.bytesReceived += bytes.length;
    const payload = this.#tryRead(() => {
      // A plain view: a Buffer's `slice` would not copy, as the owner of a payload may expect.
      this.#reader.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
      return this.#receiver === undefined ? undefined : this.#reader.next();
    });
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    if (payload !== undefined) {
      this.#takeReceiver();
      deliver(payload, receiver.resolve);
      return;
    }
    if (receiver.idle) {
      // A frame has begun. From here on its own limit holds, whatever the pace of its bytes.
      clearTimeout(receiver.timer);
      receiver.idle = false;
      receiver.timer = this.#receiveTimer(false);
    }
  }

  #onEnd(): void {
    this.#peerEnded = true;
    if (this.#receiver === undefined) return;
    const atEnd = this.#tryRead(() => this.#atEnd());
    this.#takeReceiver()?.resolve(atEnd);
  }

  #onClose(): void {
    clearTimeout(this.#expiryTimer);
    if (this.#peerEnded) this.#rejectSend?.(this.#endedByPeer());
    else this.#fail(connectionFailure(undefined, this.partner));
  }

  #readFrame(): Uint8Array | undefined {
    const payload = this.#tryRead(() => this.#reader.next());
    if (this.#failure !== undefined) throw this.#failure;
    return payload;
  }

  /** Whatever breaks the framing breaks the channel. */
  #tryRead(read: () => Uint8Array | undefined): Uint8Array | undefined {
    try {
      return read();
    } catch (error) {
      this.#fail(closedBecause(error));
      return undefined;
    }
  }

  #atEnd(): undefined {
    if (this.#reader.pendingBytes === 0) return undefined;
    throw new ProtocolError("connection_lost", `${this.partner} ended the connection in the middle of a frame`, {
      blame: "network",
    });
  }

  #receiveTimer(idle: boolean): NodeJS.Timeout {
    const timeoutMs = idle ? this.#limits.idleTimeoutMs : this.#limits.frameTimeoutMs;
    const what = idle ? `${this.partner} was silent for` : `a frame of ${this.partner} was not complete within`;
    return setTimeout(() => this.#fail(timedOut(`${what} ${timeoutMs} ms`)), timeoutMs);
  }

  #takeReceiver(): Receiver | undefined {
    const receiver = this.#receiver;
    if (receiver === undefined) return undefined;
    this.#receiver = undefined;
    clearTimeout(receiver.timer);
    this.#socket.pause();
    return receiver;
  }

  /** What breaks on its way breaks the channel. */
  #hold(pieces: readonly Uint8Array[]): void {
    if (!this.#isHolding) {
      this.#isHolding = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isHolding = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(Buffer.concat(pieces));
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    const timeoutMs = this.#limits.frameTimeoutMs;
    const timer = setTimeout(
      () => this.#fail(timedOut(`${this.partner} did not take a frame within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      await new Promise<void>((resolve, reject) => {
        this.#rejectSend = reject;
        this.#writeCorked(pieces, (error) => {
          if (error) reject(this.#failure ?? connectionFailure(error, this.partner));
          else resolve();
        });
      });
    } finally {
      clearTimeout(timer);
      this.#rejectSend = undefined;
    }
  }

  #writeCorked(pieces: readonly Uint8Array[], done: (error?: Error | null) => void): void {
    const last = pieces.length - 1;
    this.#socket.cork();
    for (const [index, piece] of pieces.entries()) {
      if (index === last) this.#socket.write(piece, done);
      else this.#socket.write(piece);
    }
    this.#socket.uncork();
  }

  /** The connection is of no more use: both directions reject, the socket goes at once. */
  #fail(error: ProtocolError): void {
    if (this.#failure === undefined) this.#stop(error, false);
    this.#socket.destroy();
  }

  #stop(error: ProtocolError, isClean: boolean): void {
    this.#failure = error;
    clearTimeout(this.#expiryTimer);
    this.#takeReceiver()?.reject(error);
    if (!isClean) this.#rejectSend?.(error);
  }

  #endedByPeer(): ProtocolError {
    return new ProtocolError("connection_lost", `${this.partner} has ended the connection`, { blame: "network" });
  }

  #watchExpiry(): void {
    const leftMs = this.pin.validToMs - this.#nowMs();
    if (leftMs < 0) {
      void this.close(certificateExpired(this.pin));
      return;
    }
    this.#expiryTimer = setTimeout(() => this.#watchExpiry(), Math.min(leftMs + 1, EXPIRY_CHECK_MS));
    this.#expiryTimer.unref();
  }
}

const assertPayloadLength = (payloadBytes: number): void => {
  if (payloadBytes === 0) throw new ProtocolError("frame", "a frame has at least one byte", { blame: "caller" });
  if (payloadBytes > PAYLOAD_BYTES_MAX) {
    throw new ProtocolError("frame_too_large", `frame of ${payloadBytes} bytes, limit ${PAYLOAD_BYTES_MAX}`, {
      blame: "caller",
    });
  }
};

const timedOut = (message: string): ProtocolError =>
  new ProtocolError("timeout", message, { blame: "peer", retryable: true });

const closedBecause = (reason: unknown): ProtocolError => {
  if (reason instanceof ProtocolError) return reason;
  const message = reason instanceof Error ? `the channel was closed: ${reason.message}` : "the channel was closed";
  return new ProtocolError("closed", message, { blame: "caller", cause: reason });
};
