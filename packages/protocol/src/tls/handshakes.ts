import type { Socket } from "node:net";
import { ProtocolError } from "../protocol-error.js";
import { handshakeTimeout, hostPort } from "./socket-failure.js";

interface Handshake {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  failure?: ProtocolError;
}

/**
 * The accepted connections that are not authenticated yet, each under one deadline whatever it trickles.
 *
 * It watches the TCP sockets, and knows the TLS sockets over them by their remote address: Node's own handshake timeout
 * closes nothing, and the TLS socket of a peer that has gone cannot say any more where that peer was.
 */
export class Handshakes {
  readonly #timeoutMs: number;
  readonly #onFailure: (remoteAddress: string, error: ProtocolError) => void;
  readonly #byPeer = new Map<string, Handshake>();

  /** @param onFailure called once for each handshake that came to nothing, when its socket has closed. */
  constructor(timeoutMs: number, onFailure: (remoteAddress: string, error: ProtocolError) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onFailure = onFailure;
  }

  begin(socket: Socket): void {
    const peer = peerOf(socket);
    const remoteAddress = socket.remoteAddress ?? "";
    const timer = setTimeout(() => {
      this.#setFailure(peer, handshakeTimeout(peer, this.#timeoutMs));
      socket.destroy();
    }, this.#timeoutMs);
    this.#byPeer.set(peer, { socket, timer });
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

const endedBeforeHandshake = (peer: string): ProtocolError =>
  new ProtocolError(
    "connection_lost",
    `${peer} ended the connection before the TLS handshake was done: if it is a partner, its log says why it refused this node`,
    {
      blame: "network",
    },
  );
