import { DEFAULT_LIMITS, FrameReader } from "@concordat/protocol";
import { hostileBytes } from "./hostile-frame.js";
import type { Way } from "./way.js";
import { type Endpoint, lost, type Receiver, type Wire } from "./wire.js";

/** What arrives at the end of one direction. */
type Parcel =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "reset" };

/** One way of a connection. */
export class Direction {
  receiver: Receiver | undefined;
  readonly #network: Wire;
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly #way: Way;
  readonly #onCut: () => void;
  readonly #held: Parcel[] = [];
  #lastAtMs = 0;
  #isStalled = false;
  /** Bytes that still pass before the connection is cut, or stalls. */
  #fate: { readonly kind: "cut" | "stall"; left: number } | undefined;
  readonly reader = new FrameReader({ frameBytesMax: DEFAULT_LIMITS.replyFrameBytesMax });

  constructor(network: Wire, from: Endpoint, to: Endpoint, way: Way, onCut: () => void) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#way = way;
    this.#onCut = onCut;
  }

  stall(): void {
    this.#isStalled = true;
  }

  /** Takes one whole frame on its way. */
  carryFrame(frame: Uint8Array): void {
    this.carry({ kind: "bytes", bytes: this.#ambushed(frame) });
  }

  carry(parcel: Parcel): void {
    const { time } = this.#network.context;
    const latency = this.#network.latency(this.#from.index, this.#to.index);
    if (this.#network.isSlow(this.#from.index, this.#to.index)) this.#network.context.onFault("frame-delayed");
    this.#lastAtMs = Math.max(this.#lastAtMs, time.nowMs + latency);
    time.after(this.#lastAtMs - time.nowMs, () => this.#arrive(parcel));
  }

  releaseHeld(): void {
    if (this.#network.isBlocked(this.#from.index, this.#to.index)) return;
    for (const parcel of this.#held.splice(0)) this.#deliver(parcel);
  }

  /** What lies in wait for this frame happens to it. */
  #ambushed(frame: Uint8Array): Uint8Array {
    const [from, to] = this.#way === "request" ? [this.#from, this.#to] : [this.#to, this.#from];
    const ambush = this.#network.takeAmbush(from.index, to.index, this.#way);
    if (ambush === undefined) return frame;
    if (ambush.kind === "hostile") {
      this.#network.context.onFault("hostile-frame");
      this.receiver?.expectRefusal();
      return hostileBytes(frame, ambush.frame, this.#way);
    }
    this.#fate ??= { kind: ambush.kind, left: ambush.afterBytes };
    return frame;
  }

  #arrive(parcel: Parcel): void {
    if (this.#isStalled) return;
    if (this.#network.isBlocked(this.#from.index, this.#to.index)) {
      if (this.#held.length === 0) this.#network.context.onFault("partitioned");
      this.#held.push(parcel);
      return;
    }
    this.#deliver(parcel);
  }

  #deliver(parcel: Parcel): void {
    if (this.#isStalled || this.receiver === undefined || this.receiver.isClosed) return;
    if (parcel.kind === "end") this.receiver.finish();
    else if (parcel.kind === "reset") this.receiver.break(lost("connection_lost", "the other end is gone"));
    else this.#deliverBytes(this.receiver, parcel.bytes);
  }

  #deliverBytes(receiver: Receiver, bytes: Uint8Array): void {
    const passing = this.#passing(bytes);
    this.#network.context.onFrame(this.#to.index, passing.length);
    this.#network.context.trace.noteBytes(passing);
    if (passing.length > 0) receiver.arrive(passing, this.reader);
    if (passing.length === bytes.length) return;
    if (this.#fate?.kind === "cut") {
      this.#network.context.onFault("cut");
      this.#onCut();
    } else {
      this.#network.context.onFault("frame-lost");
      this.#isStalled = true;
    }
  }

  #passing(bytes: Uint8Array): Uint8Array {
    if (this.#fate === undefined) return bytes;
    const passing = bytes.subarray(0, this.#fate.left);
    this.#fate.left -= passing.length;
    return passing;
  }
}
