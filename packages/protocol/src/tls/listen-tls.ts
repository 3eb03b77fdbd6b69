import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Channel } from "../channel.js";
import type { ProtocolLimits } from "../limits.js";
import { ProtocolError } from "../protocol-error.js";
import { checkPeer, peerFacts } from "./check-peer.js";
import { endSocket } from "./end-socket.js";
import { Handshakes } from "./handshakes.js";
import {
  noLongerPinned,
  partnerByKey,
  peerRefusal,
  probablePartner,
  type Refusal,
  versionMismatch,
} from "./peer-refusal.js";
import { type Pin, type PinSet, parsePins } from "./pin.js";
import { handshakeFailure, hostPort } from "./socket-failure.js";
import { TlsChannel } from "./tls-channel.js";
import { APPLICATION_PROTOCOL, secureContextOptions, type TlsIdentity } from "./tls-identity.js";

export interface ListenTlsOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly identity: TlsIdentity;
  /** Origin to DER certificates, one each, or two while that partner renews; 512 in all. */
  readonly partners: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly limits: ProtocolLimits;
  readonly onChannel: (channel: Channel) => void;
  /** A connection that did not become a channel. Strangers cause these at will: whoever logs them limits the rate. */
  readonly onRefusal: (refusal: TlsRefusal) => void;
  /** The wall clock, in milliseconds since the Unix epoch; default `Date.now`. */
  readonly nowMs?: () => number;
}

export interface TlsRefusal {
  /** Empty when the peer was gone before it could be asked. */
  readonly remoteAddress: string;
  readonly error: ProtocolError;
  /** The partner that holds the key which the peer has proven; absent for a stranger, whatever it calls itself. */
  readonly partner?: string;
}

export interface TlsListener {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Takes effect for new connections; a live one whose certificate is no longer pinned is closed.
   *
   * @throws as `listenTls`; then nothing has changed.
   */
  update(options: { readonly identity?: TlsIdentity; readonly partners?: ListenTlsOptions["partners"] }): void;
  /** Accepts no more, closes every channel, and resolves when all sockets are. Never rejects. */
  close(): Promise<void>;
}

/**
 * Accepts partners as their supplier.
 *
 * @throws the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`) when the address cannot be had; TypeError for pins
 *   that are not certificates or are named twice, RangeError for too many; OpenSSL's own error for an identity that is not one.
 */
export const listenTls = async (options: ListenTlsOptions): Promise<TlsListener> => {
  const listener = new Listener(options);
  await listener.open();
  return listener;
};

/** Strangers and newcomers that may be busy with their handshake at one time, beside the partners' connections. */
const HANDSHAKES_MAX = 128;

class Listener implements TlsListener {
  readonly #options: ListenTlsOptions;
  readonly #nowMs: () => number;
  readonly #server: Server;
  readonly #handshakes: Handshakes;
  readonly #channels = new Set<TlsChannel>();
  readonly #refused = new Set<TLSSocket>();
  #pins: PinSet;
  /** What the last client that asked for application protocols asked for; its refusal follows in the same call. */
  #offered: readonly string[] = [];

  constructor(options: ListenTlsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#pins = parsePins(options.partners);
    this.#handshakes = new Handshakes(options.limits.handshakeTimeoutMs, HANDSHAKES_MAX, (remoteAddress, error) =>
      options.onRefusal({ remoteAddress, error }),
    );
    this.#server = createServer({
      ...secureContextOptions(options.identity),
      requestCert: true,
      // `checkPeer` decides, and says why this is safe.
      rejectUnauthorized: false,
      ALPNCallback: ({ protocols }) => this.#chooseProtocol(protocols),
    });
    this.#limitConnections();
    this.#listen();
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  open(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#onAcceptError(error));
        resolve();
      });
    });
  }

  update(options: Parameters<TlsListener["update"]>[0]): void {
    const pins = options.partners === undefined ? this.#pins : parsePins(options.partners);
    if (options.identity !== undefined) this.#server.setSecureContext(secureContextOptions(options.identity));
    this.#pins = pins;
    this.#limitConnections();
    for (const channel of this.#channels) {
      if (!this.#isPinned(channel.pin)) void channel.close(noLongerPinned(channel.pin));
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#handshakes.abandon();
    for (const socket of this.#refused) socket.destroy();
    await Promise.all([...this.#channels].map((channel) => channel.close()));
    await closed;
  }

  #listen(): void {
    const server = this.#server;
    server.on("connection", (socket: Socket) => this.#handshakes.begin(socket));
    server.on("secureConnection", (socket) => this.#onSecure(socket));
    server.on("tlsClientError", (error, socket) => this.#onHandshakeError(error, socket));
    server.on("drop", (dropped) => this.#refuse(dropped?.remoteAddress ?? "", crowded("this node")));
  }

  /** All in one turn of the event loop: nothing is read or written before the verdict. */
  #onSecure(socket: TLSSocket): void {
    const handshake = this.#handshakes.finish(socket);
    const remoteAddress = socket.remoteAddress ?? "";
    const verdict = checkPeer(peerFacts(socket), this.#pins, this.#nowMs());
    if (verdict.kind !== "trusted") {
      this.#turnAway(socket, remoteAddress, verdict);
      return;
    }
    const { pin } = verdict;
    if (this.#connectionsOf(pin.partner) >= this.#options.limits.connectionsPerPartnerMax) {
      // A reset, because a clean end before the first frame says that the certificate was refused.
      socket.on("error", () => {});
      handshake?.resetAndDestroy();
      this.#refuse(remoteAddress, crowded(pin.partner), pin.partner);
      return;
    }
    this.#options.onChannel(this.#openChannel(socket, pin));
  }

  #openChannel(socket: TLSSocket, pin: Pin): Channel {
    const { limits } = this.#options;
    const frameBytesMax = limits.requestFrameBytesMax;
    const channel = new TlsChannel({ socket, pin, frameBytesMax, limits, nowMs: this.#nowMs });
    this.#channels.add(channel);
    socket.once("close", () => this.#channels.delete(channel));
    return channel;
  }

  #turnAway(socket: TLSSocket, remoteAddress: string, refusal: Refusal): void {
    const peer = hostPort(remoteAddress, socket.remotePort);
    this.#refused.add(socket);
    void endSocket(socket).then(() => this.#refused.delete(socket));
    const expected = refusal.kind === "not-pinned" ? probablePartner(refusal.certificate, this.#pins) : undefined;
    this.#refuse(remoteAddress, peerRefusal(refusal, peer, expected), this.#provenPartner(refusal));
  }

  #onHandshakeError(error: Error, socket: TLSSocket): void {
    const peer = hostPort(socket.remoteAddress ?? "", socket.remotePort);
    const failure = handshakeFailure(error, peer);
    const isOtherProtocol = failure.code === "version" && this.#offered.length > 0;
    this.#handshakes.fail(
      socket,
      isOtherProtocol ? versionMismatch(`${peer} offers ${this.#offered.map(printable).join(", ")}`, error) : failure,
    );
    this.#offered = [];
    socket.destroy();
  }

  #chooseProtocol(offered: readonly string[]): string | undefined {
    if (offered.includes(APPLICATION_PROTOCOL)) return APPLICATION_PROTOCOL;
    this.#offered = offered.slice(0, OFFERS_NAMED_MAX);
    return undefined;
  }

  #onAcceptError(error: Error): void {
    this.#refuse(
      "",
      new ProtocolError("connection_lost", `a connection could not be accepted: ${error.message}`, {
        blame: "us",
        retryable: true,
        cause: error,
      }),
    );
  }

  #refuse(remoteAddress: string, error: ProtocolError, partner?: string): void {
    this.#options.onRefusal(partner === undefined ? { remoteAddress, error } : { remoteAddress, error, partner });
  }

  #provenPartner(refusal: Refusal): string | undefined {
    if ("pin" in refusal) return refusal.pin.partner;
    return refusal.kind === "not-pinned" ? partnerByKey(refusal.certificate, this.#pins) : undefined;
  }

  #isPinned(pin: Pin): boolean {
    return this.#pins.get(pin.fingerprint)?.partner === pin.partner;
  }

  #connectionsOf(partner: string): number {
    let count = 0;
    for (const channel of this.#channels) if (channel.partner === partner) count += 1;
    return count;
  }

  #limitConnections(): void {
    const partners = new Set([...this.#pins.values()].map((pin) => pin.partner));
    // Those that had to make room are counted until they have closed.
    this.#server.maxConnections = partners.size * this.#options.limits.connectionsPerPartnerMax + 2 * HANDSHAKES_MAX;
  }
}

const OFFERS_NAMED_MAX = 8;

/** A stranger's words, for a log. */
const printable = (text: string): string => text.slice(0, 32).replace(/[^\x21-\x7e]/g, "?");

const crowded = (whose: string): ProtocolError =>
  new ProtocolError(
    "too_many_connections",
    `${whose} has as many connections as it may have: they free themselves when idle`,
    {
      blame: "peer",
      retryable: true,
    },
  );
