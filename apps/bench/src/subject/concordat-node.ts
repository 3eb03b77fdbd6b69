import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { createIdentity, type Identity } from "@concordat/identity";
import { type Channel, DEFAULT_LIMITS } from "@concordat/protocol";
import { connectTls, listenTls, type TlsListener } from "@concordat/protocol/tls";
import { type ContentDigest, openReplica, type PartnerOptions, type Replica } from "@concordat/replica";
import { lmdbStorage } from "@concordat/storage-lmdb";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import { type MemoryUse, MemoryWatch } from "./memory-use.js";
import type { Subject } from "./subject.js";
import { temporaryDirectory } from "./temporary-directory.js";
import { type Exchange, TimedChannel } from "./timed-channel.js";

/** Where a node is met. */
export interface NodeAddress {
  readonly origin: string;
  readonly port: number;
  /** DER. */
  readonly certificate: Uint8Array;
}

export interface SampleRange {
  readonly from: number;
  readonly count: number;
}

export interface RefreshFigures {
  readonly ms: number;
  readonly entries: number;
  readonly idle: MemoryUse;
  readonly busy: MemoryUse;
}

export interface PullFigures {
  readonly ms: number;
  readonly outcome: string;
  readonly bytesReceived: number;
}

/** A node as the daemon composes one: a replica on LMDB, mutual TLS 1.3, partners with pinned certificates. */
export const concordatNode = (): Subject => {
  const node = new ConcordatNode();
  return {
    methods: {
      open: () => node.open(),
      empty: () => node.empty(),
      setPartners: (partners: readonly (NodeAddress & { readonly links: boolean })[]) => node.setPartners(partners),
      fill: (range: SampleRange) => node.fill(range),
      change: (changes: SampleRange & { readonly attribute: string; readonly value: string }) => node.change(changes),
      refresh: () => node.refresh(),
      pull: () => node.pull(),
      watchMemory: () => node.watchMemory(),
      memory: () => node.memory(),
      digest: () => node.digest(),
      verify: () => node.verify(),
      exchanges: () => node.exchanges(),
      writeAndSettle: () => node.writeAndSettle(),
    },
    end: () => node.end(),
  };
};

class ConcordatNode {
  #replica!: Replica;
  #identity!: Identity;
  #listener!: TlsListener;
  #watch: MemoryWatch | undefined;
  #partners: readonly PartnerOptions[] = [];
  readonly #timed: TimedChannel[] = [];

  async open(): Promise<NodeAddress> {
    this.#replica = await emptyReplica();
    this.#identity = await createIdentity({ origin: "repl://127.0.0.1:1", nowMs: Date.now(), randomBytes });
    this.#listener = await listenTls({
      host: "127.0.0.1",
      port: 0,
      identity: this.#tlsIdentity(),
      partners: new Map(),
      limits: DEFAULT_LIMITS,
      onChannel: (channel) => void this.#replica.accept(channel),
      // A link that ends in the middle of its handshake, as a refresh begins.
      onRefusal: () => undefined,
    });
    const { port } = this.#listener.address;
    return { origin: `repl://127.0.0.1:${port}`, port, certificate: this.#identity.certificate.der };
  }

  /** Begins anew with an empty database, in the same, warm process. */
  async empty(): Promise<void> {
    await this.#replica.close();
    this.#replica = await emptyReplica();
  }

  /** Those without a link are pulled from when `pull` says so, and only then. */
  setPartners(partners: readonly (NodeAddress & { readonly links: boolean })[]): void {
    this.#listener.update({
      partners: new Map(partners.map(({ origin, certificate }) => [origin, [certificate]] as const)),
    });
    this.#partners = partners.map((partner) => ({
      origin: partner.origin,
      type: "mutual-pull",
      automaticRefresh: false,
      connect: (signal) => this.#connect(partner, signal),
    }));
    this.#replica.setPartners(this.#partners.filter((_, index) => partners[index]?.links));
  }

  async fill({ from, count }: SampleRange): Promise<void> {
    for (let start = from; start < from + count; start += FILL_TRANSACTION) {
      await this.#replica.transact(async (transaction) => {
        const end = Math.min(start + FILL_TRANSACTION, from + count);
        for (let index = start; index < end; index += 1)
          await transaction.create(sampleAttributes(index), { uuid: sampleUuid(index) });
      });
    }
  }

  async change({ from, count, attribute, value }: SampleRange & { attribute: string; value: string }): Promise<void> {
    const changes = Array.from({ length: count }, (_, at) =>
      this.#replica.modify(sampleUuid(from + at), { [attribute]: `${value} ${at}` }),
    );
    await Promise.all(changes);
  }

  /** Takes over the only partner's content. */
  async refresh(): Promise<RefreshFigures> {
    const idle = new MemoryWatch().stop();
    const watch = new MemoryWatch();
    // Not a link: it would pull as well.
    const [partner] = this.#partners as [PartnerOptions];
    this.#replica.setPartners([{ ...partner, connect: (signal) => partner.connect(signal) }]);
    const started = performance.now();
    const outcome = await this.#replica.refresh({ discardLocalChanges: true });
    const ms = performance.now() - started;
    this.#replica.setPartners([]);
    if (outcome.kind !== "refreshed") throw new Error(`the refresh ended as ${JSON.stringify(outcome)}`);
    return { ms, entries: outcome.entries, idle, busy: watch.stop() };
  }

  /** Connects, pulls once, and ends the connection. */
  async pull(): Promise<PullFigures> {
    const [partner] = this.#partners as [PartnerOptions];
    const started = performance.now();
    const channel = await partner.connect(new AbortController().signal);
    const { kind } = await this.#replica.pullFrom(channel);
    return { ms: performance.now() - started, outcome: kind, bytesReceived: channel.traffic.bytesReceived };
  }

  /** Writes, and waits until this node has asked its partner again, over the link that there is. */
  async writeAndSettle(): Promise<void> {
    const asked = this.exchanges().length;
    await this.#replica.create({ at: Date.now() });
    const deadline = performance.now() + SETTLE_MS_MAX;
    while (this.exchanges().length < asked + 2) {
      if (performance.now() > deadline) throw new Error("the partner has not told of the write");
      await setImmediate();
    }
  }

  watchMemory(): void {
    this.#watch = new MemoryWatch();
  }

  memory(): MemoryUse | undefined {
    return this.#watch?.stop();
  }

  digest(): Promise<ContentDigest> {
    return this.#replica.digest();
  }

  async verify(): Promise<readonly string[]> {
    return (await this.#replica.verify()).problems;
  }

  /** What the connections of this node's own asked and were answered. */
  exchanges(): readonly Exchange[] {
    return this.#timed.flatMap(({ exchanges }) => exchanges);
  }

  async end(): Promise<void> {
    await this.#replica?.close();
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

const emptyReplica = (): Promise<Replica> =>
  openReplica({ storage: lmdbStorage(temporaryDirectory("node")), keepReplacedDatabase: false });

const FILL_TRANSACTION = 1_000;
const SETTLE_MS_MAX = 10_000;
