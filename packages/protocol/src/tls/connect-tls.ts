import { connect, type TLSSocket } from "node:tls";
import type { Channel } from "../channel.js";
import type { ProtocolLimits } from "../limits.js";
import { ProtocolError } from "../protocol-error.js";
import { checkPeer, peerFacts } from "./check-peer.js";
import { expectationOf, peerRefusal } from "./peer-refusal.js";
import { type PinSet, parsePins } from "./pin.js";
import { connectFailure, handshakeFailure, handshakeTimeout, hostPort } from "./socket-failure.js";
import { TlsChannel } from "./tls-channel.js";
import { APPLICATION_PROTOCOL, identityValidToMs, secureContextOptions, type TlsIdentity } from "./tls-identity.js";

export interface ConnectTlsOptions {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The partner's origin, as the configuration names it. */
  readonly partner: string;
  readonly identity: TlsIdentity;
  /** DER certificates, one, or two while the partner renews. */
  readonly pins: readonly Uint8Array[];
  readonly limits: ProtocolLimits;
  /** Gives the attempt up; of no effect once connected. */
  readonly signal?: AbortSignal;
  /** The wall clock, in milliseconds since the Unix epoch; default `Date.now`. */
  readonly nowMs?: () => number;
}

/**
 * Connects to a partner as its consumer. Resolves after a handshake in which the partner has proven a pinned certificate.
 *
 * That the partner accepts this node's certificate shows with its first frame only: TLS 1.3 has it verify that after this
 * side is done. A clean end in place of the first frame means that it does not.
 *
 * @throws ProtocolError `name_not_resolved`, `connection_refused`, `timeout`, `version`, `certificate_not_pinned`,
 *   `certificate_expired` (blames `us` when it is this node's own), `certificate_missing`, `certificate_refused`,
 *   `connection_lost`, or `closed` when `signal` gave it up.
 * @throws TypeError for pins that are not certificates; OpenSSL's own error for an identity that is not one.
 */
export const connectTls = async (options: ConnectTlsOptions): Promise<Channel> => {
  const pins = parsePins(new Map([[options.partner, options.pins]]));
  assertOwnCertificateValid(options);
  if (options.signal?.aborted) throw givenUp(options.signal);
  const socket = connect({
    ...secureContextOptions(options.identity),
    host: options.host,
    port: options.port,
    ALPNProtocols: [APPLICATION_PROTOCOL],
    // `checkPeer` decides, and says why this is safe.
    rejectUnauthorized: false,
  });
  return new Attempt(options, pins, socket).outcome;
};

/** One try, until it has become a channel or has failed; either way every timer and listener of it is gone. */
class Attempt {
  readonly outcome: Promise<Channel>;
  readonly #options: ConnectTlsOptions;
  readonly #pins: PinSet;
  readonly #socket: TLSSocket;
  readonly #peer: string;
  readonly #timer: NodeJS.Timeout;
  #isConnected = false;
  #reject: (error: ProtocolError) => void = () => {};

  constructor(options: ConnectTlsOptions, pins: PinSet, socket: TLSSocket) {
    this.#options = options;
    this.#pins = pins;
    this.#socket = socket;
    this.#peer = hostPort(options.host, options.port);
    this.#timer = setTimeout(this.#onTimeout, options.limits.handshakeTimeoutMs);
    this.outcome = new Promise((resolve, reject) => {
      this.#reject = reject;
      socket.once("secureConnect", () => this.#onSecure(resolve));
    });
    socket.once("connect", () => {
      this.#isConnected = true;
    });
    socket.on("error", this.#onError);
    socket.on("close", this.#onError);
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** All in one turn of the event loop: nothing is read or written before the verdict. */
  #onSecure(resolve: (channel: Channel) => void): void {
    const { partner, limits, nowMs = Date.now } = this.#options;
    const verdict = checkPeer(peerFacts(this.#socket), this.#pins, nowMs());
    if (verdict.kind !== "trusted") {
      this.#fail(peerRefusal(verdict, this.#peer, expectationOf(partner, this.#pins)));
      return;
    }
    this.#settle();
    resolve(
      new TlsChannel({
        socket: this.#socket,
        pin: verdict.pin,
        frameBytesMax: limits.replyFrameBytesMax,
        limits,
        nowMs,
      }),
    );
  }

  readonly #onError = (error: unknown): void => {
    const { host, port } = this.#options;
    this.#fail(this.#isConnected ? handshakeFailure(error, this.#peer) : connectFailure(error, host, port));
  };

  readonly #onTimeout = (): void => {
    const { host, port, limits } = this.#options;
    if (this.#isConnected) this.#fail(handshakeTimeout(this.#peer, limits.handshakeTimeoutMs));
    else this.#fail(connectFailure(new NoAnswer(limits.handshakeTimeoutMs), host, port));
  };

  readonly #onAbort = (): void => this.#fail(givenUp(this.#options.signal));

  #fail(error: ProtocolError): void {
    this.#settle();
    // A destroyed socket may still have an error to tell.
    this.#socket.on("error", () => {});
    this.#socket.destroy();
    this.#reject(error);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#socket.off("error", this.#onError);
    this.#socket.off("close", this.#onError);
  }
}

/** The deadline passed before there was a TCP connection: what the operating system calls by the same name. */
class NoAnswer extends Error {
  readonly code = "ETIMEDOUT";

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

const assertOwnCertificateValid = ({ identity, nowMs = Date.now }: ConnectTlsOptions): void => {
  const validToMs = identityValidToMs(identity);
  if (nowMs() <= validToMs) return;
  throw new ProtocolError(
    "certificate_expired",
    `this node's own certificate expired at ${new Date(validToMs).toISOString()}: renew it, and give the new one to the partners`,
    { blame: "us" },
  );
};

const givenUp = (signal: AbortSignal | undefined): ProtocolError =>
  new ProtocolError("closed", "the connection attempt was given up", { blame: "caller", cause: signal?.reason });
