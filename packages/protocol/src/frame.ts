import { ProtocolError } from "./protocol-error.js";

/** Bytes of a frame before its payload: the payload's length, unsigned, big-endian. */
export const FRAME_HEADER_BYTES = 4;

/** The header of a frame with a payload of that many bytes. */
export const frameHeader = (payloadBytes: number): Uint8Array => {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, payloadBytes);
  return header;
};

/** Pieces below this many bytes are gathered, so that a peer that trickles cannot make each byte cost an object. */
const SMALL_PIECE_BYTES = 1024;
const GATHERED_BYTES = 16 * 1024;

/**
 * Cuts a byte stream into the payloads of its frames.
 *
 * Holds what has arrived and nothing more: a header that claims 8 MiB costs 4 bytes. A payload that arrived in one
 * piece is handed out as a view of it, any other is joined once it is whole. It keeps what it is pushed: the caller
 * must not change those bytes afterwards.
 *
 * After it has thrown, the stream has no more frame boundaries: the connection is to be closed.
 */
export class FrameReader {
  readonly #frameBytesMax: number;
  readonly #pieces = new PieceQueue();
  /** Length of the payload whose header was taken off the pieces. */
  #payloadBytes: number | undefined;

  constructor(options: { readonly frameBytesMax: number }) {
    this.#frameBytesMax = options.frameBytesMax;
  }

  /** Bytes held for frames that `next` has not handed out yet, headers included. */
  get pendingBytes(): number {
    return this.#pieces.bytes + (this.#payloadBytes === undefined ? 0 : FRAME_HEADER_BYTES);
  }

  /**
   * Takes the bytes that came next.
   *
   * @throws ProtocolError `frame` or `frame_too_large` once the header of the frame that is next shows it.
   */
  push(bytes: Uint8Array): void {
    this.#pieces.add(bytes);
    this.#readHeader();
  }

  /**
   * The payload of the next frame, `undefined` until all of it is here.
   *
   * @throws ProtocolError as `push`.
   */
  next(): Uint8Array | undefined {
    const payloadBytes = this.#readHeader();
    if (payloadBytes === undefined || this.#pieces.bytes < payloadBytes) return undefined;
    this.#payloadBytes = undefined;
    return this.#pieces.take(payloadBytes);
  }

  #readHeader(): number | undefined {
    if (this.#payloadBytes !== undefined) return this.#payloadBytes;
    if (this.#pieces.bytes < FRAME_HEADER_BYTES) return undefined;
    const header = this.#pieces.take(FRAME_HEADER_BYTES);
    const payloadBytes = new DataView(header.buffer, header.byteOffset).getUint32(0);
    if (payloadBytes === 0) throw new ProtocolError("frame", "frame of length 0", { blame: "peer" });
    if (payloadBytes > this.#frameBytesMax) throw frameTooLarge(payloadBytes, this.#frameBytesMax);
    this.#payloadBytes = payloadBytes;
    return payloadBytes;
  }
}

const frameTooLarge = (payloadBytes: number, frameBytesMax: number): ProtocolError =>
  new ProtocolError("frame_too_large", `frame of ${payloadBytes} bytes, limit ${frameBytesMax}`, { blame: "peer" });

/** Bytes in the order in which they came, in the pieces in which they came. */
class PieceQueue {
  bytes = 0;
  #pieces: Uint8Array[] = [];
  /** Pieces before this one were taken whole. */
  #first = 0;
  /** What was taken of the first piece. */
  #offset = 0;
  /** How much of the last piece is filled, where that piece is one that gathers small ones. */
  #filled: number | undefined;

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.bytes += piece.length;
    if (piece.length < SMALL_PIECE_BYTES && this.#pieces.length > this.#first) {
      this.#gather(piece);
      return;
    }
    this.#seal();
    this.#pieces.push(piece);
  }

  /** The next `count` bytes, of which the caller knows that they are here. */
  take(count: number): Uint8Array {
    this.bytes -= count;
    const first = this.#pieces[this.#first] as Uint8Array;
    const end = this.#offset + count;
    if (end <= this.#available(this.#first)) {
      const view = first.subarray(this.#offset, end);
      this.#advance(count);
      return view;
    }
    return this.#join(count);
  }

  #join(count: number): Uint8Array {
    const joined = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const piece = this.#pieces[this.#first] as Uint8Array;
      const step = Math.min(count - at, this.#available(this.#first) - this.#offset);
      joined.set(piece.subarray(this.#offset, this.#offset + step), at);
      at += step;
      this.#advance(step);
    }
    return joined;
  }

  #advance(count: number): void {
    this.#offset += count;
    if (this.#offset < this.#available(this.#first)) return;
    this.#offset = 0;
    this.#first += 1;
    if (this.#first < this.#pieces.length) {
      // Taken pieces are let go in one go, when they are at least half of the list: constant cost per piece.
      if (this.#first * 2 >= this.#pieces.length) this.#drop();
      return;
    }
    this.#filled = undefined;
    this.#drop();
  }

  #drop(): void {
    this.#pieces = this.#pieces.slice(this.#first);
    this.#first = 0;
  }

  #available(index: number): number {
    const isLast = index === this.#pieces.length - 1;
    return isLast && this.#filled !== undefined ? this.#filled : (this.#pieces[index] as Uint8Array).length;
  }

  #gather(piece: Uint8Array): void {
    let last = this.#pieces[this.#pieces.length - 1] as Uint8Array;
    if (this.#filled === undefined || this.#filled + piece.length > last.length) {
      this.#seal();
      last = new Uint8Array(GATHERED_BYTES);
      this.#pieces.push(last);
      this.#filled = 0;
    }
    last.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** Cuts the gathering piece, if the last one is one, to what it holds. */
  #seal(): void {
    if (this.#filled === undefined) return;
    const last = this.#pieces.length - 1;
    this.#pieces[last] = (this.#pieces[last] as Uint8Array).subarray(0, this.#filled);
    this.#filled = undefined;
  }
}
