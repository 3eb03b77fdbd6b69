import { type Channel, type FrameReader, ProtocolError } from "@concordat/protocol";
import type { Power } from "../node/power.js";
import type { Trace } from "../world/trace.js";
import type { VirtualTime } from "../world/virtual-time.js";
import type { HostileFrame } from "./hostile-frame.js";
import type { Way } from "./way.js";

/** What is to happen to the next bytes between two nodes. */
export type Ambush =
  | { readonly kind: "cut" | "stall"; readonly way: Way; readonly afterBytes: number }
  | { readonly kind: "hostile"; readonly way: Way; readonly frame: HostileFrame };

export type NetworkFault = "cut" | "frame-lost" | "frame-delayed" | "hostile-frame" | "partitioned";

/** One process at one end. */
export interface Endpoint {
  readonly index: number;
  readonly origin: string;
  readonly power: Power;
}

export interface Listener extends Endpoint {
  readonly accept: (channel: Channel) => void;
}

export interface NetworkContext {
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly seed: number;
  /** One way, in milliseconds, at least and at most. */
  readonly latencyMs: readonly [number, number];
  readonly deadlines: NetworkDeadlines;
  /** The process that runs at a node now. */
  readonly listenerAt: (index: number) => Listener | undefined;
  readonly onFault: (fault: NetworkFault) => void;
  readonly onFrame: (to: number, bytes: number) => void;
  /** A hostile frame was put up with. */
  readonly onUnrefused: (at: number, partner: string) => void;
}

export interface NetworkDeadlines {
  readonly handshakeMs: number;
  readonly frameMs: number;
  readonly idleMs: number;
}

/** The network as the two ends of a connection see it. */
export interface Wire {
  readonly context: NetworkContext;
  /** One way, in milliseconds; drawn anew each time. */
  latency(from: number, to: number): number;
  isSlow(from: number, to: number): boolean;
  isBlocked(from: number, to: number): boolean;
  /** What lies in wait for bytes that go this way; it is used up. */
  takeAmbush(from: number, to: number, way: Way): Ambush | undefined;
  noteFramesWaiting(frames: number): void;
}

/** The end of a direction. */
export interface Receiver {
  readonly isClosed: boolean;
  arrive(bytes: Uint8Array, reader: FrameReader): void;
  finish(): void;
  break(error: Error): void;
  /** What comes next must not be put up with. */
  expectRefusal(): void;
  /** A frame that this end has sent was read at the other. */
  taken(): void;
}

export const lost = (
  code: "closed" | "timeout" | "connection_refused" | "connection_lost",
  message: string,
): ProtocolError =>
  new ProtocolError(code, message, { blame: code === "closed" ? "caller" : "network", retryable: true });
