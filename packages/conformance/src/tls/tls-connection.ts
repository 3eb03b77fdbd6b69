import type { TLSSocket } from "node:tls";
import { violation } from "../violation.js";
import { type Connection, type PeerCertificate, Silence } from "../wire.js";

/** The largest frame that the runner reads: that of a reply. */
const FRAME_BYTES_MAX = 8 * 1024 * 1024;
const HEADER_BYTES = 4;
/** A peer that does not end its side is not waited for longer. */
const END_TIMEOUT_MS = 1_000;

/** Frames over a socket, read one at a time; bytes that are written are the caller's affair. */
export class TlsConnection implements Connection {
  readonly certificate: PeerCertificate;
  readonly #socket: TLSSocket;
  readonly #replyTimeoutMs: number;
  readonly #arrived: Buffer[] = [];
  #bytes = 0;
  #hasEnded = false;
  #ticket: Buffer | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: TLSSocket, certificate: PeerCertificate, replyTimeoutMs: number) {
    this.#socket = socket;
    this.certificate = certificate;
    this.#replyTimeoutMs = replyTimeoutMs;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    for (const event of ["end", "error", "close"]) socket.on(event, () => this.#ended());
    socket.on("session", (ticket: Buffer) => {
      this.#ticket = ticket;
    });
  }

  get ticket(): Uint8Array | undefined {
    return this.#ticket;
  }

  get isResumed(): boolean {
    return this.#socket.isSessionReused();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    if (this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("drain", resolve);
      this.#socket.once("close", resolve);
    });
  }

  async receive(timeoutMs = this.#replyTimeoutMs): Promise<Uint8Array | undefined> {
    const deadline = performance.now() + timeoutMs;
    if (!(await this.#has(HEADER_BYTES, deadline, timeoutMs))) return undefined;
    const length = this.#whole().readUInt32BE();
    if (length === 0 || length > FRAME_BYTES_MAX) violation(`a frame of ${length} bytes`);
    if (!(await this.#has(HEADER_BYTES + length, deadline, timeoutMs))) return undefined;
    const frame = this.#whole();
    this.#arrived.splice(0, this.#arrived.length, frame.subarray(HEADER_BYTES + length));
    this.#bytes -= HEADER_BYTES + length;
    return frame.subarray(HEADER_BYTES, HEADER_BYTES + length);
  }

  async end(): Promise<void> {
    if (this.#socket.destroyed) return;
    const isClosed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), END_TIMEOUT_MS);
    await isClosed;
    clearTimeout(timer);
  }

  /** All that has arrived, in one piece. */
  #whole(): Buffer {
    const [first] = this.#arrived;
    if (first !== undefined && this.#arrived.length === 1) return first;
    const whole = Buffer.concat(this.#arrived);
    this.#arrived.splice(0, this.#arrived.length, whole);
    return whole;
  }

  /** Whether so many bytes are here; false when the connection ends before. */
  async #has(count: number, deadline: number, timeoutMs: number): Promise<boolean> {
    while (this.#bytes < count) {
      if (this.#hasEnded) return false;
      const left = deadline - performance.now();
      if (left <= 0) throw new Silence(`the peer said nothing for ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return true;
  }

  #take(bytes: Buffer): void {
    this.#arrived.push(bytes);
    this.#bytes += bytes.length;
    this.#wake();
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#wake();
  }
}
