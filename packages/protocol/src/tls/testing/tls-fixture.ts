import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Channel } from "../../channel.js";
import { DEFAULT_LIMITS, type ProtocolLimits } from "../../limits.js";
import { type ConnectTlsOptions, connectTls } from "../connect-tls.js";
import { type ListenTlsOptions, listenTls, type TlsListener, type TlsRefusal } from "../listen-tls.js";
import { APPLICATION_PROTOCOL, secureContextOptions } from "../tls-identity.js";
import { CertificateMaker, type MadeCertificate } from "./certificate-maker.js";
import { Inbox } from "./inbox.js";

export const SUPPLIER = "repl://supplier.example:8444";
export const CONSUMER = "repl://consumer.example:8444";

export interface Served {
  readonly listener: TlsListener;
  readonly channels: Inbox<Channel>;
  readonly refusals: Inbox<TlsRefusal>;
}

/** Two nodes with certificates, and everything that a test opens; all of it is closed by `dispose`. */
export class TlsFixture {
  readonly certificates = new CertificateMaker();
  readonly supplier: MadeCertificate = this.certificates.make();
  readonly consumer: MadeCertificate = this.certificates.make();
  readonly #disposals: (() => unknown)[] = [];

  async listen(options: Partial<ListenTlsOptions> = {}): Promise<Served> {
    const channels = new Inbox<Channel>();
    const refusals = new Inbox<TlsRefusal>();
    const listener = await listenTls({
      host: "127.0.0.1",
      port: 0,
      identity: this.supplier,
      partners: new Map([[CONSUMER, [this.consumer.der]]]),
      limits: DEFAULT_LIMITS,
      onChannel: channels.put,
      onRefusal: refusals.put,
      ...options,
    });
    this.#disposals.push(() => listener.close());
    return { listener, channels, refusals };
  }

  async connect(port: number, options: Partial<ConnectTlsOptions> = {}): Promise<Channel> {
    const channel = await connectTls({
      host: "127.0.0.1",
      port,
      partner: SUPPLIER,
      identity: this.consumer,
      pins: [this.supplier.der],
      limits: DEFAULT_LIMITS,
      ...options,
    });
    this.#disposals.push(() => channel.close());
    return channel;
  }

  /** The two ends of one connection. */
  async pair(limits: Partial<ProtocolLimits> = {}): Promise<{ consumer: Channel; supplier: Channel; served: Served }> {
    const options = { limits: { ...DEFAULT_LIMITS, ...limits } };
    const served = await this.listen(options);
    const consumer = await this.connect(served.listener.address.port, options);
    return { consumer, supplier: await served.channels.next(), served };
  }

  /** A TLS client that keeps to nothing but what it is told; it may throw its errors away. */
  stranger(port: number, options: ConnectionOptions = {}): TLSSocket {
    const socket = connect({
      ...secureContextOptions(this.consumer),
      host: "127.0.0.1",
      port,
      ALPNProtocols: [APPLICATION_PROTOCOL],
      rejectUnauthorized: false,
      ...options,
    });
    return this.#own(socket);
  }

  tcp(port: number): Socket {
    return this.#own(connectTcp({ host: "127.0.0.1", port }));
  }

  onDispose(disposal: () => unknown): void {
    this.#disposals.push(disposal);
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#disposals.splice(0).map((dispose) => dispose()));
  }

  async dispose(): Promise<void> {
    await this.closeAll();
    this.certificates.dispose();
  }

  #own<S extends Socket>(socket: S): S {
    socket.on("error", () => {});
    this.#disposals.push(() => socket.destroy());
    return socket;
  }
}

/** Resolves when the socket has closed, with an error or without; what it receives is thrown away. */
export const closed = async (socket: Socket): Promise<void> => {
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
};
