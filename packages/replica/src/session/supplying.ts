import type { Ruv, ServerUuid } from "@concordat/crdt";
import {
  type Channel,
  type Conversation,
  exchangeHello,
  type Hello,
  openConversation,
  ProtocolError,
  type ProtocolLimits,
} from "@concordat/protocol";
import type { ConnectionPeer } from "../certificate-exchange.js";
import type { CommitSignal } from "../commit-signal.js";
import type { Database } from "../database/database.js";
import type { ForkEvidence } from "../fork/fork-evidence.js";
import type { Acknowledgement } from "../lag/partner-position.js";
import type { PausedPartners } from "../link/paused-partners.js";
import type { Clock } from "../ports/clock.js";
import type { CreateHash } from "../ports/hash.js";
import type { Log } from "../ports/log.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { Turn } from "../turn.js";
import type { ChunkLimits } from "./chunk-limits.js";
import { supply } from "./supplier.js";

export interface SupplyingContext {
  readonly clock: Clock;
  readonly createHash: CreateHash;
  readonly log: Log;
  readonly limits: ProtocolLimits;
  readonly commits: CommitSignal;
  readonly chunk: ChunkLimits;
  readonly database: () => Database;
  readonly hello: (origin: string) => Hello;
  readonly isRefreshing: () => boolean;
  /** A partner has said hello. */
  readonly onConsumer: (peer: ConnectionPeer, hello: Hello) => void;
  readonly onRequest: (origin: string) => void;
  readonly paused: Pick<PausedPartners, "sinceMicros">;
  /** A partner has told what it has of this domain. */
  readonly onAcknowledged: (origin: string, said: Acknowledgement) => void;
  readonly pullsFrom: (origin: string) => boolean;
  /** What the partner, as that server, has shown to have while it supplied this node. */
  readonly shownBy: (origin: string, server: ServerUuid) => Ruv;
  /** A partner has shown that this replica's history is one of two. */
  readonly onFork: (origin: string, evidence: ForkEvidence) => void;
}

interface Connection {
  readonly stop: AbortController;
  readonly conversation: Conversation<"supplier">;
}

/** The connections on which partners pull from this node. */
export class Supplying {
  readonly #context: SupplyingContext;
  readonly #open = new Map<Channel, Connection>();
  readonly #ended = new Set<Promise<void>>();
  readonly #digestTurn = new Turn();
  /** When each partner was last complained of, on the monotonic clock: whoever connects for nothing must not fill the log. */
  readonly #complainedAtMs = new Map<string, number>();

  constructor(context: SupplyingContext) {
    this.#context = context;
  }

  /** Supplies the partner on `channel` until it ends. Never rejects. */
  accept(channel: Channel): Promise<void> {
    const ended = this.#serve(channel).finally(() => this.#ended.delete(ended));
    this.#ended.add(ended);
    return ended;
  }

  /** Ends every connection: partners come back, and meet the database of that moment. */
  async endAll(): Promise<void> {
    for (const [channel, { stop }] of this.#open) {
      stop.abort();
      void channel.close();
    }
    await Promise.all(this.#ended);
  }

  /** Ends the connections of that partner: it comes back, and hears another hello. */
  async end(origin: string): Promise<void> {
    const connections = [...this.#open].filter(([{ partner }]) => partner === origin);
    await Promise.all(
      connections.map(([channel, { stop }]) => {
        stop.abort();
        return channel.close();
      }),
    );
  }

  /** Ends the connections of a partner that is paused now, and says so. */
  async pause(origin: string): Promise<void> {
    const connections = [...this.#open].filter(([{ partner }]) => partner === origin);
    await Promise.all(
      connections.map(([, { stop, conversation }]) => {
        stop.abort();
        return conversation.close(paused());
      }),
    );
  }

  #complains(partner: string): boolean {
    const nowMs = this.#context.clock.monotonicMs();
    const beforeMs = this.#complainedAtMs.get(partner);
    if (beforeMs !== undefined && nowMs - beforeMs < REPLICA_LIMITS.complaintIntervalMs) return false;
    this.#complainedAtMs.set(partner, nowMs);
    return true;
  }

  async #serve(channel: Channel): Promise<void> {
    const { limits, log, onAcknowledged, onConsumer, onFork, onRequest, pullsFrom, shownBy } = this.#context;
    const { partner } = channel;
    const stop = new AbortController();
    const database = this.#context.database();
    const conversation = openConversation(channel, { role: "supplier", limits });
    this.#open.set(channel, { stop, conversation });
    try {
      const consumer = await exchangeHello(conversation, this.#context.hello(partner));
      onConsumer(channel, consumer);
      if (this.#context.paused.sinceMicros(partner) !== undefined) throw paused();
      await supply({
        ...this.#context,
        digestTurn: this.#digestTurn,
        database,
        conversation,
        consumer,
        signal: stop.signal,
        onRequest: () => onRequest(partner),
        onAcknowledged: (ruv, sequence) => onAcknowledged(partner, { server: consumer.serverUuid, ruv, sequence }),
        pullsFromConsumer: () => pullsFrom(partner),
        shown: () => shownBy(partner, consumer.serverUuid),
        onFork: (evidence) => onFork(partner, evidence),
      });
    } catch (error) {
      if (!stop.signal.aborted) {
        const reason = error instanceof Error ? error : new Error(String(error));
        // Partners restart and lines drop: they come back by themselves.
        const isNews = !(reason instanceof ProtocolError && (reason.blame === "network" || reason.code === PAUSED));
        const isTold = isNews && this.#complains(partner);
        log[isTold ? "warn" : "debug"]("supply_ended", `supplying ${partner} ended: ${reason.message}`, { partner });
        await conversation.close(reason);
      }
    } finally {
      this.#open.delete(channel);
      await channel.close();
    }
  }
}

/** What the partner hears; it tries again by itself. */
const PAUSED = "paused";

const paused = (): ProtocolError =>
  new ProtocolError(PAUSED, "replication between the two nodes is paused here", { blame: "us", retryable: true });
