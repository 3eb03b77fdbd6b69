import { randomBytes } from "node:crypto";
import { createIdentity, type Identity } from "@concordat/identity";
import { type Channel, DEFAULT_LIMITS } from "@concordat/protocol";
import { connectTls, listenTls, type TlsListener } from "@concordat/protocol/tls";
import { openReplica, type PartnerOptions, type Replica, type Schema } from "@concordat/replica";
import { lmdbStorage } from "@concordat/storage-lmdb";
import { temporaryDirectory } from "./temporary-directory.js";
import { type Exchange, TimedChannel } from "./timed-channel.js";

/** Where a node is met. */
export interface NodeAddress {
  readonly origin: string;
  readonly port: number;
  /** DER. */
  readonly certificate: Uint8Array;
}

export interface NodePartner extends NodeAddress {
  /** Whether the node pulls from it by itself; otherwise when it is told to, and only then. */
  readonly links: boolean;
}

/** A node as the daemon composes one: a replica on LMDB, mutual TLS 1.3, partners with pinned certificates. */
export class ConcordatNode {
  readonly #schema: Schema;
  readonly #identity: Identity;
  readonly #timed: TimedChannel[] = [];
  #listener: TlsListener | undefined;
  #partners: readonly PartnerOptions[] = [];

  private constructor(
    public replica: Replica,
    schema: Schema,
    identity: Identity,
  ) {
    this.#schema = schema;
    this.#identity = identity;
  }

  /** With an empty database, and listening. */
  static async open(schema: Schema): Promise<ConcordatNode> {
    const identity = await createIdentity({ origin: "repl://127.0.0.1:1", nowMs: Date.now(), randomBytes });
    const node = new ConcordatNode(await emptyReplica(schema), schema, identity);
    node.#listener = await listenTls({
      host: "127.0.0.1",
      port: 0,
      identity: node.#tlsIdentity(),
      partners: new Map(),
      limits: DEFAULT_LIMITS,
      onChannel: (channel) => void node.replica.accept(channel),
      // A link that ends in the middle of its handshake, as a refresh begins.
      onRefusal: () => undefined,
    });
    return node;
  }

  get address(): NodeAddress {
    const port = this.#listener?.address.port ?? 0;
    return { origin: `repl://127.0.0.1:${port}`, port, certificate: this.#identity.certificate.der };
  }

  /** The partner that is pulled from when the node is told to. */
  get partner(): PartnerOptions {
    const [partner] = this.#partners;
    if (partner === undefined) throw new Error("the node has no partner");
    return partner;
  }

  /** What the connections of this node's own asked and were answered. */
  get exchanges(): readonly Exchange[] {
    return this.#timed.flatMap(({ exchanges }) => exchanges);
  }

  /** Begins anew with an empty database, in the same, warm process. */
  async empty(): Promise<void> {
    await this.replica.close();
    this.replica = await emptyReplica(this.#schema);
  }

  setPartners(partners: readonly NodePartner[]): void {
    this.#listener?.update({
      partners: new Map(partners.map(({ origin, certificate }) => [origin, [certificate]] as const)),
    });
    this.#partners = partners.map((partner) => ({
      origin: partner.origin,
      type: "mutual-pull",
      automaticRefresh: false,
      connect: (signal) => this.#connect(partner, signal),
    }));
    this.replica.setPartners(this.#partners.filter((_, index) => partners[index]?.links));
  }

  async close(): Promise<void> {
    await this.replica.close();
    await this.#listener?.close();
  }

  async #connect({ port, origin, certificate }: NodeAddress, signal: AbortSignal): Promise<Channel> {
    const channel = await connectTls({
      host: "127.0.0.1",
      port,
      partner: origin,
      identity: this.#tlsIdentity(),
      pins: [certificate],
      limits: DEFAULT_LIMITS,
      signal,
    });
    const timed = new TimedChannel(channel);
    this.#timed.push(timed);
    return timed;
  }

  #tlsIdentity() {
    return { certificatePem: this.#identity.certificate.pem, privateKeyPem: this.#identity.privateKeyPem };
  }
}

const emptyReplica = (attributes: Schema): Promise<Replica> =>
  openReplica({ storage: lmdbStorage(temporaryDirectory("node")), attributes, keepReplacedDatabase: false });
