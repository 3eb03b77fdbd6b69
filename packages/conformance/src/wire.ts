/** How the runner meets the peer: the port that `@concordat/conformance/tls` implements. */
export interface Wire {
  /** Connects as a consumer. @throws Unreachable when there is no TCP connection; HandshakeRefused when TLS fails. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** The next connection of the peer as a consumer; `undefined` when none came in time, or nobody listens. */
  accept(timeoutMs: number): Promise<Connection | undefined>;
}

export interface ConnectOptions {
  /** Default: the runner's own identity. */
  readonly as?: "nobody" | "stranger";
  /** Default: `concordat/1`; none when empty. */
  readonly protocols?: readonly string[];
  /** Of a session before. */
  readonly ticket?: Uint8Array;
  /** Speaks nothing newer than TLS 1.2. */
  readonly oldTls?: boolean;
}

/** A connection on which the runner may say anything. */
export interface Connection {
  /** The peer's certificate. */
  readonly certificate: PeerCertificate;
  /** What the session could be resumed with, as far as the peer has given anything out. */
  readonly ticket: Uint8Array | undefined;
  /** Whether the peer took a ticket in place of the certificate. */
  readonly isResumed: boolean;
  /** Bytes as they are, without a frame around them. */
  write(bytes: Uint8Array): Promise<void>;
  /** The payload of the next frame; `undefined` after the end, clean or not. @throws Silence after `timeoutMs`. */
  receive(timeoutMs?: number): Promise<Uint8Array | undefined>;
  /** Ends it; resolves once it is gone. */
  end(): Promise<void>;
}

export interface PeerCertificate {
  readonly isPinned: boolean;
  readonly isAuthority: boolean;
  readonly isSelfSigned: boolean;
  readonly isEd25519: boolean;
  readonly isValidNow: boolean;
  readonly hasAlternativeName: boolean;
}

/** There is no connection to be had. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The peer ended the handshake. */
export class HandshakeRefused extends Error {
  override readonly name = "HandshakeRefused";
}

/** The peer said nothing in time. */
export class Silence extends Error {
  override readonly name = "Silence";
}
