import { Direction } from "./direction.js";
import { SimulatedChannel } from "./simulated-channel.js";
import type { Way } from "./way.js";
import { type Endpoint, lost, type Wire } from "./wire.js";

/** One TCP connection between two processes: two directions of bytes, each in order. */
export class Connection {
  readonly near: SimulatedChannel;
  readonly far: SimulatedChannel;
  readonly #onEnded: (connection: Connection) => void;
  readonly #directions: Readonly<Record<Way, Direction>>;

  constructor(network: Wire, from: Endpoint, to: Endpoint, onEnded: (connection: Connection) => void) {
    this.#onEnded = onEnded;
    const request = new Direction(network, from, to, "request", () => this.#fail());
    const reply = new Direction(network, to, from, "reply", () => this.#fail());
    this.#directions = { request, reply };
    const onClosed = (): void => {
      if (this.near.isClosed && this.far.isClosed) onEnded(this);
    };
    this.near = new SimulatedChannel(network, from, to.origin, request, onClosed);
    this.far = new SimulatedChannel(network, to, from.origin, reply, onClosed);
    request.receiver = this.far;
    reply.receiver = this.near;
  }

  releaseHeld(): void {
    this.#directions.request.releaseHeld();
    this.#directions.reply.releaseHeld();
  }

  /** What was lost on the way stays lost: the connection dies of it at its deadline. */
  heal(): void {
    this.releaseHeld();
  }

  processEnded(endpoint: Endpoint, isSilent: boolean): void {
    if (endpoint !== this.near.owner && endpoint !== this.far.owner) return;
    const [gone, left, way] =
      endpoint === this.near.owner
        ? [this.near, this.far, this.#directions.request]
        : [this.far, this.near, this.#directions.reply];
    gone.vanish();
    if (isSilent) way.stall();
    else way.carry({ kind: "reset" });
    if (left.isClosed) this.#onEnded(this);
  }

  #fail(): void {
    for (const channel of [this.near, this.far]) channel.break(lost("connection_lost", "the connection broke"));
  }
}
