import type { Socket } from "node:net";
import { ProtocolError } from "../protocol-error.js";
import { handshakeTimeout, hostPort } from "./socket-failure.js";

interface Handshake {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly timer: NodeJS.Timeout;
  failure?: ProtocolError;
}

/**
 * The accepted connections that are not authenticated yet, each under one deadline whatever it trickles. There are so many at the
 * most: a newcomer takes the place of the oldest of the address that has the most, so that strangers who hold connections open
 * keep nobody out.
 *
 * It watches the TCP sockets, and knows the TLS sockets over them by their remote address: Node's own handshake timeout
 * closes nothing, and the TLS socket of a peer that has gone cannot say any more where that peer was.
 */
export class Handshakes {
  readonly #timeoutMs: number;
  readonly #countMax: number;
  readonly #onFailure: (remoteAddress: string, error: ProtocolError) => void;
  readonly #byPeer = new Map<string, Handshake>();

  /** @param onFailure called once for each handshake that came to nothing, when its socket has closed. */
  constructor(timeoutMs: number, countMax: number, onFailure: (remoteAddress: string, error: ProtocolError) => void) {
    this.#timeoutMs = timeoutMs;
    this.#countMax = countMax;
    this.#onFailure = onFailure;
  }

  begin(socket: Socket): void {
    const peer = peerOf(socket);
    const remoteAddress = socket.remoteAddress ?? "";
    if (this.#byPeer.size >= this.#countMax) this.#giveUpOne();
    const timer = setTimeout(() => {
      this.#setFailure(peer, handshakeTimeout(peer, this.#timeoutMs));
      socket.destroy();
    }, this.#timeoutMs);
    this.#byPeer.set(peer, { socket, remoteAddress, timer });
    // The TLS socket over it reports.
    socket.on("error", () => {});
    socket.once("close", () => this.#onClose(peer, socket, remoteAddress));
  }

  /** The handshake is done, whatever is thought of the peer. Returns the TCP socket under it. */
  finish(socket: Socket): Socket | undefined {
    const peer = peerOf(socket);
    const handshake = this.#byPeer.get(peer);
    clearTimeout(handshake?.timer);
    this.#byPeer.delete(peer);
    return handshake?.socket;
  }

  /** Says why the handshake on `socket` fails, for when it closes. */
  fail(socket: Socket, failure: ProtocolError): void {
    this.#setFailure(peerOf(socket), failure);
  }

  /** Drops every one of them without a word. */
  abandon(): void {
    for (const { socket, timer } of this.#byPeer.values()) {
      clearTimeout(timer);
      socket.destroy();
    }
    this.#byPeer.clear();
  }

  /** The oldest of the address that has the most. */
  #giveUpOne(): void {
    const counts = new Map<string, number>();
    for (const { remoteAddress } of this.#byPeer.values())
      counts.set(remoteAddress, (counts.get(remoteAddress) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [peer, { socket, remoteAddress }] of this.#byPeer) {
      if (counts.get(remoteAddress) !== most) continue;
      this.#setFailure(peer, crowdedOut(peer));
      this.#onClose(peer, socket, remoteAddress);
      socket.resetAndDestroy();
      return;
    }
  }

  #setFailure(peer: string, failure: ProtocolError): void {
    const handshake = this.#byPeer.get(peer);
    if (handshake !== undefined) handshake.failure ??= failure;
  }

  #onClose(peer: string, socket: Socket, remoteAddress: string): void {
    const handshake = this.#byPeer.get(peer);
    if (handshake?.socket !== socket) return;
    clearTimeout(handshake.timer);
    this.#byPeer.delete(peer);
    this.#onFailure(remoteAddress, handshake.failure ?? endedBeforeHandshake(peer));
  }
}

const peerOf = (socket: Socket): string => hostPort(socket.remoteAddress ?? "", socket.remotePort);

const crowdedOut = (peer: string): ProtocolError =>
  new ProtocolError(
    "too_many_connections",
    `${peer} had to make room for others before its TLS handshake was done: many connections are open and say nothing`,
    { blame: "peer", retryable: true },
  );

const endedBeforeHandshake = (peer: string): ProtocolError =>
  new ProtocolError(
    "connection_lost",
    `${peer} ended the connection before the TLS handshake was done: if it is a partner, its log says why it refused this node`,
    {
      blame: "network",
    },
  );
