import { ProtocolError } from "./protocol-error.js";

/** Frames on their way in one direction: a writer that waits when there are too many, and a reader. */
export class FrameQueue {
  readonly #framesMax: number;
  readonly #frames: Uint8Array[] = [];
  #writer: Waiting<void> | undefined;
  #reader: Waiting<Uint8Array | undefined> | undefined;
  /** Why nothing more can be put. */
  #closedToWriter: Error | undefined;
  /** What the reader gets once the frames are taken. */
  #closedToReader: { readonly error: Error | undefined } | undefined;

  constructor(framesMax: number) {
    this.#framesMax = framesMax;
  }

  /** Resolves when there is room for the next frame. Throws at once where the frame is not taken. */
  put(frame: Uint8Array): Promise<void> {
    if (this.#closedToWriter) throw this.#closedToWriter;
    if (this.#writer) throw twoAtOnce("send");
    if (this.#reader) {
      this.#reader.resolve(frame);
      this.#reader = undefined;
      return Promise.resolve();
    }
    this.#frames.push(frame);
    if (this.#frames.length < this.#framesMax) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#writer = { resolve, reject };
    });
  }

  /** The next frame; `undefined` after a clean end. */
  async take(): Promise<Uint8Array | undefined> {
    if (this.#reader) throw twoAtOnce("receive");
    const frame = this.#frames.shift();
    if (frame) {
      this.#writer?.resolve();
      this.#writer = undefined;
      return frame;
    }
    if (this.#closedToReader?.error) throw this.#closedToReader.error;
    if (this.#closedToReader) return undefined;
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  /** The writer's side ends: what was put can still be taken, then comes `readerError`, or the clean end. */
  finish(writerError: Error, readerError: Error | undefined): void {
    this.#closeWriter(writerError);
    if (this.#closedToReader) return;
    this.#closedToReader = { error: readerError };
    if (readerError) this.#reader?.reject(readerError);
    else this.#reader?.resolve(undefined);
    this.#reader = undefined;
  }

  /** The reader's side ends: what was put is dropped. */
  abandon(readerError: Error, writerError: Error): void {
    this.#frames.length = 0;
    this.#closedToReader = { error: readerError };
    this.#reader?.reject(readerError);
    this.#reader = undefined;
    this.#closeWriter(writerError);
  }

  #closeWriter(error: Error): void {
    this.#closedToWriter ??= error;
    this.#writer?.reject(error);
    this.#writer = undefined;
  }
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

const twoAtOnce = (call: string): ProtocolError =>
  new ProtocolError("unexpected_message", `${call} while another ${call} waits: one caller at a time`, {
    blame: "caller",
  });
