import {
  type Channel,
  FRAME_HEADER_BYTES,
  type FrameReader,
  frameHeader,
  joinedBytes,
  type Traffic,
} from "@concordat/protocol";
import { never } from "../node/power.js";
import type { TimedEvent } from "../world/virtual-time.js";
import type { Direction } from "./direction.js";
import { type Endpoint, lost, type Receiver, type Wire } from "./wire.js";

/** Frames of one direction on their way, or not taken yet, before `send` waits. */
const WINDOW_FRAMES = 4;

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: TimedEvent;
}

/** One end of a connection, with the deadlines of the real ones. */
export class SimulatedChannel implements Channel, Receiver {
  readonly owner: Endpoint;
  readonly partner: string;
  readonly #network: Wire;
  readonly #outgoing: Direction;
  readonly #onClosed: () => void;
  readonly #frames: Uint8Array[] = [];
  #bytesSent = 0;
  #bytesReceived = 0;
  /** Frames that were sent and not taken at the other end. */
  #onTheWay = 0;
  #reader: Waiting<Uint8Array | undefined> | undefined;
  #writer: Waiting<void> | undefined;
  /** Why nothing more comes or goes. */
  #failure: Error | undefined;
  #hasEnded = false;
  #refusalDue: TimedEvent | undefined;
  isClosed = false;

  constructor(network: Wire, owner: Endpoint, partner: string, outgoing: Direction, onClosed: () => void) {
    this.#network = network;
    this.owner = owner;
    this.partner = partner;
    this.#outgoing = outgoing;
    this.#onClosed = onClosed;
  }

  get traffic(): Traffic {
    return { bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived };
  }

  async send(parts: readonly Uint8Array[]): Promise<void> {
    if (!this.owner.power.mayAct()) return never();
    if (this.#failure) throw this.#failure;
    const payload = joinedBytes(parts);
    const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
    frame.set(frameHeader(payload.length));
    frame.set(payload, FRAME_HEADER_BYTES);
    this.#bytesSent += frame.length;
    this.#onTheWay += 1;
    this.#network.noteFramesWaiting(this.#onTheWay);
    this.#outgoing.carryFrame(frame);
    if (this.#onTheWay < WINDOW_FRAMES) return;
    return this.#wait("writer", this.#network.context.deadlines.frameMs);
  }

  async receive(options?: { readonly idle?: boolean }): Promise<Uint8Array | undefined> {
    if (!this.owner.power.isOn) return never();
    const frame = this.#frames.shift();
    if (frame) {
      this.#outgoing.receiver?.taken();
      return frame;
    }
    if (this.#failure) throw this.#failure;
    if (this.#hasEnded) return undefined;
    const { frameMs, idleMs } = this.#network.context.deadlines;
    return this.#wait("reader", options?.idle ? idleMs : frameMs);
  }

  async close(reason?: Error): Promise<void> {
    if (this.isClosed || !this.owner.power.isOn) return;
    if (!this.owner.power.mayAct()) return never();
    this.#outgoing.carry({ kind: reason ? "reset" : "end" });
    this.#shut(reason ?? lost("closed", "the channel was closed on this side"));
  }

  /** Bytes have come; `reader` cuts them into frames. */
  arrive(bytes: Uint8Array, reader: FrameReader): void {
    if (this.isClosed || !this.owner.power.isOn) return;
    this.#bytesReceived += bytes.length;
    try {
      reader.push(bytes);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) this.#take(frame);
    } catch (error) {
      this.#outgoing.carry({ kind: "reset" });
      this.break(error as Error);
    }
  }

  /** The other end has closed: what has come can still be read. */
  finish(): void {
    if (this.isClosed || !this.owner.power.isOn) return;
    this.#hasEnded = true;
    this.#settle("reader", ({ resolve }) => resolve(undefined));
    this.#settle("writer", ({ reject }) => reject(lost("connection_lost", `${this.partner} closed the connection`)));
  }

  /** The connection is dead. */
  break(error: Error): void {
    if (!this.isClosed && this.owner.power.isOn) this.#shut(error);
  }

  /** The process of this end is gone. */
  vanish(): void {
    this.isClosed = true;
    this.#refusalDue?.cancel();
    this.#reader?.deadline.cancel();
    this.#writer?.deadline.cancel();
    this.#frames.length = 0;
  }

  /** A frame of this end was read at the other. */
  taken(): void {
    this.#onTheWay -= 1;
    this.#settle("writer", ({ resolve }) => resolve());
  }

  /** What comes next must not be put up with: the connection has to end within its deadlines. */
  expectRefusal(): void {
    const { time, deadlines, onUnrefused } = this.#network.context;
    this.#refusalDue ??= time.after(deadlines.idleMs * 2, () => {
      if (!this.isClosed && this.owner.power.isOn) onUnrefused(this.owner.index, this.partner);
    });
  }

  #take(frame: Uint8Array): void {
    const reader = this.#reader;
    if (reader === undefined) {
      this.#frames.push(frame);
      return;
    }
    this.#outgoing.receiver?.taken();
    this.#settle("reader", ({ resolve }) => resolve(frame));
  }

  #wait<T>(who: "reader" | "writer", deadlineMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = this.#network.context.time.after(deadlineMs, () => {
        this.#outgoing.carry({ kind: "reset" });
        this.break(lost("timeout", `${this.partner} was silent for ${deadlineMs} ms`));
      });
      const waiting = { resolve: resolve as (value: unknown) => void, reject, deadline };
      if (who === "reader") this.#reader = waiting;
      else this.#writer = waiting;
    });
  }

  #settle(who: "reader", act: (waiting: Waiting<Uint8Array | undefined>) => void): void;
  #settle(who: "writer", act: (waiting: Waiting<void>) => void): void;
  #settle(who: "reader" | "writer", act: (waiting: never) => void): void {
    const waiting = who === "reader" ? this.#reader : this.#writer;
    if (who === "reader") this.#reader = undefined;
    else this.#writer = undefined;
    waiting?.deadline.cancel();
    if (waiting) act(waiting as never);
  }

  #shut(error: Error): void {
    this.isClosed = true;
    this.#failure = error;
    this.#frames.length = 0;
    this.#refusalDue?.cancel();
    this.#settle("reader", ({ reject }) => reject(error));
    this.#settle("writer", ({ reject }) => reject(error));
    this.#onClosed();
  }
}
