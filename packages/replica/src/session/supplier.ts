import { claimedRows, type Ruv, type RuvRow, type ServerUuid, sameBytes, seenIn } from "@concordat/crdt";
import type {
  Conversation,
  Cursor,
  Digest,
  Hello,
  Incremental,
  ProtocolLimits,
  Refresh,
  RefreshRequired,
  Unwilling,
} from "@concordat/protocol";
import { AbortScope } from "../abort-scope.js";
import type { CommitSignal } from "../commit-signal.js";
import { answerDigest } from "../compare/answer-digest.js";
import type { Database, Head } from "../database/database.js";
import { strayClaims } from "../database/own-history.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { commitAt } from "../database/snapshot-reads.js";
import { type StatedSnapshot, takeStatedSnapshot } from "../database/stated-snapshot.js";
import { type ForkEvidence, forkEvidence } from "../fork/fork-evidence.js";
import type { Clock } from "../ports/clock.js";
import type { CreateHash } from "../ports/hash.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Turn } from "../turn.js";
import { type ChunkLimits, chunkWithin } from "./chunk-limits.js";
import { beforeScan, type FeedPlace, placeOfCursor } from "./feed-place.js";
import { feedChunks } from "./feed-stream.js";
import { RecordsDigest } from "./records-digest.js";
import { RememberedRuv, wireRows } from "./remembered-ruv.js";
import { decideIncremental, decideRefresh, type SupplierView } from "./supply-decision.js";

/** A consumer that announces it in its hello need not be told of what it has shown to have. Protocol, 7.5. */
export const SHOWN_FEATURE = "shown";

export interface SupplierContext {
  readonly database: Database;
  readonly conversation: Conversation<"supplier">;
  readonly consumer: Hello;
  readonly clock: Clock;
  readonly createHash: CreateHash;
  readonly limits: Pick<ProtocolLimits, "serversMax">;
  readonly commits: CommitSignal;
  readonly chunk: ChunkLimits;
  /** Shared by all connections. */
  readonly digestTurn: Turn;
  readonly isRefreshing: () => boolean;
  readonly onRequest: () => void;
  /** The consumer, of this domain, has seen `ruv`, and everything up to that number of this replica's feed. */
  readonly onAcknowledged: (ruv: Ruv, sequence: number) => void;
  /** Whether this node pulls from the consumer in its turn. */
  readonly pullsFromConsumer: () => boolean;
  /** What the consumer has shown to have, as a supplier of this node. */
  readonly shown: () => Ruv;
  /** The consumer has shown that this replica's history is one of two. */
  readonly onFork: (evidence: ForkEvidence) => void;
  /** Aborts when this node stops supplying from this database. */
  readonly signal: AbortSignal;
}

/** Answers one consumer's requests until the connection ends or `signal` aborts. */
export const supply = async (context: SupplierContext): Promise<void> => {
  const session = new SupplierSession(context);
  for (;;) {
    const request = await context.conversation.receive({ idle: true });
    if (request === undefined || context.signal.aborted) return;
    context.onRequest();
    switch (request.type) {
      case "ping":
        await context.conversation.send({ type: "pong" });
        break;
      case "subscribe":
        await session.answerSubscribe();
        break;
      case "incremental":
        await session.answerIncremental(request);
        break;
      case "refresh":
        await session.answerRefresh(request);
        break;
      case "digest":
        await session.answerDigest(request);
        break;
    }
  }
};

class SupplierSession {
  readonly #context: SupplierContext;
  readonly #remembered: RememberedRuv;
  /** The vector that this consumer has once it has applied what it was last given. */
  #given: Ruv | undefined;
  /** The feed number that goes with it. */
  #givenSequence = 0;
  /** The consumer's row for this server that was last found to be of this history. */
  #agreed: RuvRow | undefined;

  constructor(context: SupplierContext) {
    this.#context = context;
    this.#remembered = new RememberedRuv(context.createHash, context.limits.serversMax);
  }

  async answerIncremental(request: Incremental): Promise<void> {
    const { database, conversation } = this.#context;
    const consumer = this.#remembered.ruvOf(request);
    const evidence = await this.#forkEvidence(consumer);
    if (evidence) {
      await conversation.send({ type: "unwilling", reason: "refreshing", lags: [] });
      return this.#context.onFork(evidence);
    }
    const [stray] = await strayClaims(database, consumer);
    if (stray) return conversation.send(await this.#strayReply(...stray));
    const isOwedRows = this.#given === undefined && this.#hasOtherWordOf(consumer);
    // The vector in memory is that of the last commit: an idle consumer costs no read.
    const early = decideIncremental(request, consumer, this.#view(database.state.ruv), isOwedRows);
    this.#given = consumer;
    this.#givenSequence = request.cursor?.server === database.serverUuid ? request.cursor.sequence : 0;
    this.#noteAcknowledged();
    if (early.kind === "answer") return conversation.send(early.reply);
    await this.#withSnapshot(async (stated) => {
      const decision = decideIncremental(request, consumer, this.#view(stated.ruv), isOwedRows);
      if (decision.kind === "answer") return conversation.send(decision.reply);
      return this.#stream(stated, request.cursor, consumer);
    });
  }

  /** What the consumer was given it has, by its own word. */
  #noteAcknowledged(): void {
    const { consumer, database, onAcknowledged } = this.#context;
    if (this.#given && consumer.domainUuid === database.domainUuid) onAcknowledged(this.#given, this.#givenSequence);
  }

  /** A consumer that strays is refreshed, but not before what it alone may have was pulled from it. */
  async #strayReply(server: ServerUuid, { seen }: RuvRow): Promise<RefreshRequired | Unwilling> {
    const { database, consumer, pullsFromConsumer } = this.#context;
    const hasPulled = (await database.cursorFor(consumer.serverUuid)) !== undefined;
    if (pullsFromConsumer() && !hasPulled) return { type: "unwilling", reason: "refreshing", lags: [] };
    return { type: "refresh-required", lags: [{ server, seen, purged: seen }] };
  }

  /** Whether the consumer's own server is known here by another lineage than its own: older, or of another history. */
  #hasOtherWordOf(consumer: Ruv): boolean {
    const { database, consumer: hello } = this.#context;
    const ours = database.state.ruv.get(hello.serverUuid)?.lineage;
    return ours !== undefined && ours.hash !== consumer.get(hello.serverUuid)?.lineage.hash;
  }

  /** A consumer with this very server uuid finds that out by itself. */
  async #forkEvidence(consumer: Ruv): Promise<ForkEvidence | undefined> {
    const { database, consumer: hello } = this.#context;
    const row = consumer.get(database.serverUuid);
    if (row === this.#agreed || hello.serverUuid === database.serverUuid) return undefined;
    const evidence = await forkEvidence(database, hello.serverUuid, row);
    if (evidence === undefined) this.#agreed = row;
    return evidence;
  }

  async answerRefresh(request: Refresh): Promise<void> {
    const { conversation } = this.#context;
    await this.#withSnapshot(async (stated) => {
      const decision = decideRefresh(this.#view(stated.ruv));
      if (decision.kind === "answer") return conversation.send(decision.reply);
      return this.#stream(stated, request.cursor, undefined);
    });
  }

  /** One after the other, whoever asks: a partner gets no more of this node's time by asking on several connections. */
  async answerDigest(request: Digest): Promise<void> {
    const { conversation, createHash, database, digestTurn } = this.#context;
    await conversation.send(await digestTurn.run(() => answerDigest(database, request, createHash)));
  }

  /** `Changed` once there is news; `Pong` when there was nothing for a while. */
  async answerSubscribe(): Promise<void> {
    const { clock, commits, conversation, signal } = this.#context;
    // Who waits for more has applied what came.
    this.#noteAcknowledged();
    const waiting = new AbortScope([signal]);
    const heartbeat = (): void => waiting.abort();
    void clock.sleep(REPLICA_LIMITS.subscribeHeartbeatMs, waiting.signal).then(heartbeat);
    while (!this.#hasNews() && !waiting.signal.aborted) await commits.next(waiting.signal);
    waiting.abort();
    waiting.release();
    await conversation.send({ type: this.#hasNews() ? "changed" : "pong" });
  }

  /** Beyond what the consumer was given, or has shown to have, if it knows that it is not told of that. */
  #hasNews(): boolean {
    const { consumer, database } = this.#context;
    const given = seenIn(this.#given ?? new Map());
    const shown = seenIn(consumer.features.includes(SHOWN_FEATURE) ? this.#context.shown() : new Map());
    for (const [server, { seen }] of database.state.ruv) if (seen > Math.max(given(server), shown(server))) return true;
    return false;
  }

  async #stream(stated: StatedSnapshot, cursor: Cursor | undefined, consumer: Ruv | undefined): Promise<void> {
    const { database, conversation, createHash } = this.#context;
    const { snapshot, ruv, head } = stated;
    const after = (await this.#placeOf(stated, cursor)) ?? beforeScan(head.sequence);
    const { liveEntries, tombstones, recordBytes } = database.state.totals;
    const stored = Math.max(1, liveEntries + tombstones);
    const entries = after.scanned === undefined ? Math.min(head.sequence - after.sequence, stored) : stored;
    await conversation.send({
      type: "begin",
      kind: consumer ? "incremental" : "refresh",
      domainUuid: database.domainUuid,
      servers: database.table.servers.slice(0, ruv.size),
      rows: wireRows(ruv),
      head: head.sequence,
      estimate: { entries, bytes: Math.round((recordBytes / stored) * entries) },
    });
    const digest = new RecordsDigest(createHash);
    const part = { after, head: head.sequence, seen: consumer && seenIn(consumer) };
    const limits = chunkWithin(this.#context.chunk, this.#context.consumer.limits);
    // The next chunk is read while the one before is on its way.
    let sending: Promise<void> | undefined;
    for await (const { place, records } of feedChunks(database, snapshot, part, limits)) {
      digest.add(records);
      const cursor = await this.#cursorAt(stated, place);
      await sending;
      sending = conversation.send({ type: "chunk", cursor, records });
      sending.catch(() => undefined);
    }
    await sending;
    const { count } = digest;
    await conversation.send({ type: "end", cursor: this.#cursor(head), count, digest: digest.digest() });
    this.#given = new Map([...(consumer ?? []), ...claimedRows(consumer ?? new Map(), ruv)]);
    this.#givenSequence = head.sequence;
  }

  /** A cursor holds for the same incarnation and the same commit only; otherwise a full scan is always right. */
  async #placeOf(stated: StatedSnapshot, cursor: Cursor | undefined): Promise<FeedPlace | undefined> {
    if (cursor === undefined || cursor.server !== this.#context.database.serverUuid) return undefined;
    const place = placeOfCursor(cursor);
    const commit = await commitNameAt(stated, place.sequence);
    return commit && sameBytes(commit, cursor.commit) ? place : undefined;
  }

  async #cursorAt(stated: StatedSnapshot, { sequence, scanned }: FeedPlace): Promise<Cursor> {
    const commit = (await commitNameAt(stated, sequence)) ?? new Uint8Array(COMMIT_NAME_BYTES);
    if (scanned === undefined) return this.#cursor({ sequence, commit });
    return { ...this.#cursor({ sequence: 0, commit }), scan: { sequence, uuid: scanned } };
  }

  #cursor({ sequence, commit }: Head): Cursor {
    return { server: this.#context.database.serverUuid, sequence, commit };
  }

  #view(ruv: Ruv): SupplierView {
    return { domainUuid: this.#context.database.domainUuid, ruv, refreshing: this.#context.isRefreshing() };
  }

  async #withSnapshot(use: (stated: StatedSnapshot) => Promise<void>): Promise<void> {
    const stated = await takeStatedSnapshot(this.#context.database);
    try {
      await use(stated);
    } finally {
      await stated.snapshot.close();
    }
  }
}

/** The name of the commit that reached `sequence`; `undefined` when there was none yet. */
const commitNameAt = async ({ snapshot, head }: StatedSnapshot, sequence: number): Promise<Uint8Array | undefined> =>
  sequence > 0 && sequence === head.sequence ? head.commit : commitAt(snapshot, sequence);
