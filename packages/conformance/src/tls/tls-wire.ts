import { constants, type X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import { type Connection, type ConnectOptions, HandshakeRefused, Unreachable, type Wire } from "../wire.js";
import { TlsConnection } from "./tls-connection.js";

/* The runner's own sockets: those of the protocol's package could not break a rule. */

/** A certificate and its key, PEM. */
export interface RunnerIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface TlsWireOptions {
  /** Where the peer listens. */
  readonly host: string;
  readonly port: number;
  /** The one that the peer has pinned. */
  readonly identity: RunnerIdentity;
  /** One that it has not. */
  readonly stranger: RunnerIdentity;
  /** The peer's certificates, DER. */
  readonly pins: readonly Uint8Array[];
  /** Where the runner listens for the peer as a consumer; left out, it does not. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  readonly handshakeTimeoutMs: number;
  /** How long the peer may take to say what is due. */
  readonly replyTimeoutMs: number;
}

export interface TlsWire extends Wire {
  /** Ends everything that is open. */
  close(): Promise<void>;
}

const PROTOCOL = "concordat/1";

/** @throws the system's error when `listen` cannot be had. */
export const openTlsWire = async (options: TlsWireOptions): Promise<TlsWire> => {
  const wire = new SocketWire(options);
  await wire.open();
  return wire;
};

class SocketWire implements TlsWire {
  readonly #options: TlsWireOptions;
  readonly #server: Server | undefined;
  readonly #open = new Set<TlsConnection>();
  /** Whatever the peer has opened. */
  readonly #sockets = new Set<Socket>();
  readonly #accepted: TlsConnection[] = [];
  #onAccepted: () => void = () => undefined;

  constructor(options: TlsWireOptions) {
    this.#options = options;
    if (options.listen === undefined) return;
    const secure = { ...context(options.identity), requestCert: true, ALPNProtocols: [PROTOCOL] };
    this.#server = createServer(secure, (socket) => this.#accept(socket));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("tlsClientError", (_error, socket) => socket.destroy());
  }

  open(): Promise<void> {
    const { listen } = this.#options;
    if (this.#server === undefined || listen === undefined) return Promise.resolve();
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(listen, () => {
        server.off("error", reject);
        resolve();
      });
    });
  }

  connect({ as, protocols = [PROTOCOL], oldTls = false, ticket }: ConnectOptions = {}): Promise<Connection> {
    const { host, port, identity, stranger, handshakeTimeoutMs } = this.#options;
    const shown = as === "nobody" ? undefined : as === "stranger" ? stranger : identity;
    const version = oldTls ? ({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const) : {};
    const socket = connect({
      ...context(shown),
      ...version,
      host,
      port,
      ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
      ...(ticket && { session: Buffer.from(ticket) }),
    });
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const fail = (error?: unknown): void => {
        clearTimeout(timer);
        socket.on("error", () => undefined);
        socket.destroy();
        const reason = error instanceof Error ? error.message : "the connection ended";
        reject(
          isConnected ? new HandshakeRefused(reason) : new Unreachable(`${host}:${port} cannot be reached: ${reason}`),
        );
      };
      const timer = setTimeout(() => fail(new Error(`no answer within ${handshakeTimeoutMs} ms`)), handshakeTimeoutMs);
      socket.once("connect", () => {
        isConnected = true;
      });
      socket.once("error", fail);
      socket.once("close", fail);
      socket.once("secureConnect", () => {
        clearTimeout(timer);
        socket.off("error", fail);
        socket.off("close", fail);
        resolve(this.#connectionOf(socket));
      });
    });
  }

  async accept(timeoutMs: number): Promise<Connection | undefined> {
    if (this.#server === undefined) return undefined;
    if (this.#accepted.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#onAccepted = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#onAccepted = () => undefined;
    }
    return this.#accepted.shift();
  }

  async close(): Promise<void> {
    const isClosed = new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    await Promise.all([...this.#open].map((connection) => connection.end()));
    // What is still in its handshake, or came since.
    for (const socket of this.#sockets) socket.destroy();
    await isClosed;
  }

  /** Whoever has no pinned certificate is nobody's consumer. */
  #accept(socket: TLSSocket): void {
    const connection = this.#connectionOf(socket);
    if (!connection.certificate.isPinned || socket.alpnProtocol !== PROTOCOL) {
      void connection.end();
      return;
    }
    this.#accepted.push(connection);
    this.#onAccepted();
  }

  #connectionOf(socket: TLSSocket): TlsConnection {
    const certificate = certificateOf(socket, this.#options.pins);
    const connection = new TlsConnection(socket, certificate, this.#options.replyTimeoutMs);
    this.#open.add(connection);
    socket.once("close", () => this.#open.delete(connection));
    return connection;
  }
}

/** Nothing is verified here: what the peer shows is looked at by the requirements. */
const context = (identity: RunnerIdentity | undefined) => ({
  ...(identity && { cert: identity.certificatePem, key: identity.privateKeyPem }),
  ca: [],
  minVersion: "TLSv1.3" as const,
  secureOptions: constants.SSL_OP_NO_TICKET,
  rejectUnauthorized: false,
});

const certificateOf = (socket: TLSSocket, pins: readonly Uint8Array[]) => {
  const shown: X509Certificate | undefined = socket.getPeerX509Certificate();
  const now = Date.now();
  return {
    isPinned: shown !== undefined && pins.some((pin) => shown.raw.equals(pin)),
    isAuthority: shown?.ca === true,
    isSelfSigned: shown !== undefined && shown.subject === shown.issuer && shown.verify(shown.publicKey),
    isEd25519: shown?.publicKey.asymmetricKeyType === "ed25519",
    isValidNow: shown !== undefined && now >= Date.parse(shown.validFrom) && now <= Date.parse(shown.validTo),
    hasAlternativeName: shown?.subjectAltName !== undefined,
  };
};
