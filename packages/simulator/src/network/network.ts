import type { Channel } from "@concordat/protocol";
import { never } from "../node/power.js";
import { SeededRandom } from "../seeded-random.js";
import { Connection } from "./connection.js";
import type { Way } from "./way.js";
import { type Ambush, type Endpoint, lost, type NetworkContext, type Wire } from "./wire.js";

/** TCP between all nodes: what arrives is in order and whole, or the connection is dead; what is blocked waits. */
export class Network implements Wire {
  readonly context: NetworkContext;
  readonly connections = new Set<Connection>();
  readonly #ambushes = new Map<number, Ambush[]>();
  readonly #slow = new Map<number, number>();
  readonly #noise = new Map<number, SeededRandom>();
  /** Pairs between which nothing passes, from the first to the second, with how many partitions say so. */
  readonly #blocked = new Map<number, number>();
  /** Which partitions there are: others since everything was healed. */
  partitions = {};
  /** Of all directions of all connections: the most frames that waited at once. */
  framesWaitingMax = 0;

  constructor(context: NetworkContext) {
    this.context = context;
  }

  /** A connection from `from` to the node `to`, once it is there. As a `connect` of the machine rejects. */
  async connect(from: Endpoint, to: number, toOrigin: string, signal: AbortSignal): Promise<Channel> {
    if (!from.power.mayAct()) return never();
    const { time, deadlines } = this.context;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        signal.removeEventListener("abort", give);
        timeout.cancel();
        arrival.cancel();
        if (from.power.isOn) act();
      };
      const give = (): void => settle(() => reject(lost("closed", `the connection to ${toOrigin} was given up`)));
      const timeout = time.after(deadlines.handshakeMs, () =>
        settle(() => reject(lost("timeout", `${toOrigin} did not answer within ${deadlines.handshakeMs} ms`))),
      );
      const arrival = time.after(this.latency(from.index, to) * 3, () => {
        if (this.isBlocked(from.index, to) || this.isBlocked(to, from.index))
          return this.context.onFault("partitioned");
        const listener = this.context.listenerAt(to);
        settle(() => {
          if (!listener?.power.isOn) return reject(lost("connection_refused", `nothing listens at ${toOrigin}`));
          const connection = new Connection(this, from, listener, (ended) => this.connections.delete(ended));
          this.connections.add(connection);
          listener.accept(connection.far);
          resolve(connection.near);
        });
      });
      signal.addEventListener("abort", give);
    });
  }

  /** Drawn anew for each frame, from what belongs to this pair alone. */
  latency(from: number, to: number): number {
    const [least, most] = this.context.latencyMs;
    return least + this.noise(from, to).fraction() * (most - least) + (this.#slow.get(pairOf(from, to)) ?? 0);
  }

  noise(from: number, to: number): SeededRandom {
    const pair = pairOf(from, to);
    const known = this.#noise.get(pair);
    if (known) return known;
    const noise = SeededRandom.of(this.context.seed, 77, from, to);
    this.#noise.set(pair, noise);
    return noise;
  }

  isSlow(from: number, to: number): boolean {
    return this.#slow.has(pairOf(from, to));
  }

  slowDown(from: number, to: number, extraMs: number | undefined): void {
    if (extraMs === undefined) this.#slow.delete(pairOf(from, to));
    else this.#slow.set(pairOf(from, to), extraMs);
  }

  isBlocked(from: number, to: number): boolean {
    return this.#blocked.has(pairOf(from, to));
  }

  block(from: number, to: number): void {
    const pair = pairOf(from, to);
    this.#blocked.set(pair, (this.#blocked.get(pair) ?? 0) + 1);
  }

  unblock(from: number, to: number): void {
    const pair = pairOf(from, to);
    const left = (this.#blocked.get(pair) ?? 0) - 1;
    if (left > 0) this.#blocked.set(pair, left);
    else this.#blocked.delete(pair);
    for (const connection of this.connections) connection.releaseHeld();
  }

  /** Lies in wait for the next bytes of a connection from `from` to `to`. */
  ambush(from: number, to: number, ambush: Ambush): void {
    const pair = pairOf(from, to);
    this.#ambushes.set(pair, [...(this.#ambushes.get(pair) ?? []), ambush]);
  }

  /** The ambush that meets bytes going this way; it is used up. */
  takeAmbush(from: number, to: number, way: Way): Ambush | undefined {
    const waiting = this.#ambushes.get(pairOf(from, to));
    const at = waiting?.findIndex((ambush) => ambush.way === way) ?? -1;
    return at === -1 ? undefined : waiting?.splice(at, 1)[0];
  }

  noteFramesWaiting(frames: number): void {
    this.framesWaitingMax = Math.max(this.framesWaitingMax, frames);
  }

  /** Everything passes again, and nobody lies in wait. */
  heal(): void {
    this.#ambushes.clear();
    this.#slow.clear();
    this.#blocked.clear();
    this.partitions = {};
    for (const connection of this.connections) connection.heal();
  }

  /** A process has ended: its partners are told by its machine, or hear nothing at all. */
  endOf(endpoint: Endpoint, isSilent: boolean): void {
    for (const connection of [...this.connections]) connection.processEnded(endpoint, isSilent);
  }
}

const pairOf = (from: number, to: number): number => from * 65_536 + to;
