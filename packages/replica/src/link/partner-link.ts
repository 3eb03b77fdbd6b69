import type { Ruv, ServerUuid } from "@concordat/crdt";
import { type Begin, type Channel, type Conversation, type Hello, ProtocolError } from "@concordat/protocol";
import { connectPartner } from "../connect-partner.js";
import type { DatabaseState } from "../database/database.js";
import type { PartnerPullTimes, PullTimes } from "../database/pull-times.js";
import type { ForkEvidence } from "../fork/fork-evidence.js";
import { type Acknowledgement, PartnerPosition } from "../lag/partner-position.js";
import { pullLag } from "../lag/pull-lag.js";
import type { LiveSettings } from "../live-settings.js";
import type { PartnerOptions } from "../partner.js";
import type { Clock } from "../ports/clock.js";
import type { Log } from "../ports/log.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Lag, PartnerStatus, Peer } from "../replica-status.js";
import { retryDelayMs } from "../retry-delay.js";
import type { PullOutcome } from "../session/pull-outcome.js";
import { openPullSession, type PullingContext, type PullSession } from "../session/pull-over.js";
import { ruvOfRows } from "../session/remembered-ruv.js";
import { LinkHealth } from "./link-health.js";
import {
  type LinkReport,
  refreshingReport,
  reportOfError,
  reportOfOutcome,
  reportOfShownFork,
  reportOfSkew,
} from "./link-state.js";
import { PullProgress } from "./pull-progress.js";

export interface LinkContext extends PullingContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly live: () => LiveSettings;
  /** Refreshes from this partner, when its options allow it; resolves when the link may be tried again. */
  readonly refresh: (origin: string, signal: AbortSignal) => Promise<void>;
  /** Resolves to whether this replica goes on under another server uuid. */
  readonly heal: (origin: string, evidence: ForkEvidence) => Promise<boolean>;
}

/** What a link does next: pull over this connection, open a new one, wait for somebody to do something, refresh, or heal a fork. */
type Next = "pull" | "reconnect" | "wait" | "refresh" | ForkEvidence;

const NEW_LINK: LinkReport = { state: "never-connected", message: "not tried yet", remedy: undefined };
const SUPPLY_ONLY: LinkReport = {
  state: "supply-only",
  message: "this node supplies the partner and pulls nothing from it",
  remedy: undefined,
};

/** The pulling side of one partner: connects, pulls, waits to be told of changes, and starts again after a failure. */
export class PartnerLink {
  readonly options: PartnerOptions;
  readonly #context: LinkContext;
  #stop = new AbortController();
  /** Aborted: the next wait ends before it begins. */
  #wake = new AbortController();
  readonly #health: LinkHealth;
  #connected: Channel | undefined;
  /** How often `reconnect` was called: a connection that was begun before the last time does not count any more. */
  #reconnects = 0;
  /** The incarnation that answered the last try. */
  #met: ServerUuid | undefined;
  #lastAttemptAtMicros: number | undefined;
  #lastSuppliedAtMicros: number | undefined;
  /** Whether the partner would tell of changes at once. */
  #isListening = false;
  readonly #position = new PartnerPosition();
  #progress: PullProgress | undefined;
  #peer: Peer | undefined;
  #pulls = 0;
  #entriesApplied = 0;
  #bytesReceived = 0;
  #running: Promise<void> = Promise.resolve();
  #markTried: () => void = () => undefined;
  /** Resolves when it is known what came of the first try: a pull, or none. */
  readonly tried = new Promise<void>((resolve) => {
    this.#markTried = resolve;
  });

  constructor(options: PartnerOptions, context: LinkContext) {
    this.options = options;
    this.#context = context;
    this.#health = new LinkHealth(options.origin, this.pulls ? NEW_LINK : SUPPLY_ONLY, context.log);
  }

  get pulls(): boolean {
    return this.options.type !== "allow-pull";
  }

  get isConnected(): boolean {
    return this.#connected !== undefined;
  }

  start(): void {
    if (this.pulls) this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#connected?.close();
    await this.#running;
  }

  /** Starts again after `stop` has resolved. */
  restart(): void {
    this.#stop = new AbortController();
    this.#wake = new AbortController();
    this.start();
  }

  /** Ends a wait: the next try starts now. */
  wake(): void {
    this.#wake.abort();
  }

  /** Ends the connection, so that the next one speaks for the database of that moment. */
  async reconnect(): Promise<void> {
    this.#endShownFork();
    this.wake();
    this.#reconnects += 1;
    await this.#connected?.close();
  }

  /**
   * The partner has said hello to this node. A link that waits tries again if its last try did not get as far, or met
   * another incarnation. If it met this one, nothing has changed, and two nodes that wait for their operators must not
   * wake each other for ever.
   */
  noteHello(hello: Hello): void {
    this.notePeer(hello);
    if (this.#met !== hello.serverUuid) this.wake();
  }

  /** What the partner says of itself, whoever has connected to whom. */
  notePeer({ serverUuid, domainUuid, software, clockMicros }: Hello): void {
    const nowMicros = this.#context.clock.wallMicros();
    const clockAheadMicros = clockMicros - nowMicros;
    this.#peer = { serverUuid, domainUuid, software, clockAheadMicros, saidAtMicros: nowMicros };
  }

  /** What the partner lacks is counted from here; what it has and this node lacks is missing here. */
  noteAcknowledged(said: Acknowledgement): void {
    const state = this.#context.database().state;
    this.#endShownFork();
    this.#position.acknowledged(said, state);
    this.#position.heard(said.ruv, state.ruv);
  }

  /** What the partner, as `server`, has shown to have while it supplied this node; nothing before it has. */
  shownBy(server: ServerUuid): Ruv {
    return this.#position.shownBy(server);
  }

  /** The partner has shown a fork, which could not be healed. A link that pulls is shown it by its own pull. */
  noteShownFork(evidence: ForkEvidence): void {
    if (!this.pulls) this.#health.complain("forked", reportOfShownFork(evidence, this.options.origin));
  }

  #endShownFork(): void {
    if (!this.pulls) this.#health.forget(SUPPLY_ONLY);
  }

  noteCommit(state: DatabaseState): void {
    this.#position.committed(state);
  }

  noteSupplied(): void {
    this.#lastSuppliedAtMicros = this.#context.clock.wallMicros();
  }

  /** @param refreshing whether this node is being refreshed from the partner. */
  status(refreshing: boolean): PartnerStatus {
    return {
      origin: this.options.origin,
      type: this.options.type,
      ...(refreshing ? refreshingReport(this.options.origin) : this.#health.report),
      connected: this.#connected !== undefined,
      lastAttemptAtMicros: this.#lastAttemptAtMicros,
      lastPullAtMicros: this.#pullTimes?.lastPullAtMicros,
      entriesApplied: this.#entriesApplied,
      bytesReceived: this.#bytesReceived + this.#receivedBytes(),
      failures: this.#health.failures,
      pulls: this.#pulls,
      failuresTotal: this.#health.complaints,
      lastSuppliedAtMicros: this.#lastSuppliedAtMicros,
      lag: this.#lag(),
      behindBy: this.options.type === "pull" ? undefined : this.#behindBy(),
      acknowledgedRuv: this.#position.acknowledgedRuv,
      catchingUp: this.#progress?.report(this.#receivedBytes()),
      forcedRefreshAtMicros: this.#forcedRefreshAtMicros(),
      peer: this.#peer,
    };
  }

  #lag(): Lag | undefined {
    if (!this.pulls) return undefined;
    const { clock, database } = this.#context;
    return pullLag({
      missingSinceMicros: this.#position.oldestMissingMicros(database().state.ruv),
      wholeAtMicros: this.#pullTimes?.wholeAtMicros,
      entriesLeft: this.#progress?.entriesLeft,
      isListening: this.#isListening,
      nowMicros: clock.wallMicros(),
    });
  }

  #behindBy() {
    const { clock, database } = this.#context;
    return this.#position.behindBy(database().state, clock.wallMicros());
  }

  #forcedRefreshAtMicros(): number | undefined {
    const { lastPullAtMicros } = this.#pullTimes ?? {};
    return lastPullAtMicros && lastPullAtMicros + this.#context.live().changelogMaxAgeMs * 1_000;
  }

  #receivedBytes(): number {
    return this.#connected?.traffic.bytesReceived ?? 0;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#lastAttemptAtMicros = this.#context.clock.wallMicros();
      this.#met = undefined;
      const waitMs = await this.#attempt().catch((error: unknown) => this.#failed(error));
      this.#markTried();
      if (waitMs > 0) await this.#sleep(waitMs);
    }
  }

  /** @returns how long to wait before the next one, in milliseconds. */
  async #attempt(): Promise<number> {
    const next = await this.#connectAndPull();
    if (next === "reconnect") return 0;
    if (typeof next === "object") return this.#heal(next);
    // Without a connection of its own, which would idle for as long as the refresh takes.
    if (next === "refresh") await this.#context.refresh(this.options.origin, this.#stop.signal);
    return this.#context.live().pollIntervalMs;
  }

  async #heal(evidence: ForkEvidence): Promise<number> {
    const healed = await this.#context.heal(this.options.origin, evidence);
    return healed ? 0 : this.#context.live().pollIntervalMs;
  }

  /** One connection, for as long as it serves. */
  async #connectAndPull(): Promise<Exclude<Next, "pull">> {
    const reconnects = this.#reconnects;
    const channel = await connectPartner(this.options, this.#stop.signal);
    this.#connected = channel;
    try {
      if (reconnects !== this.#reconnects) return "reconnect";
      return await this.#pullOver(channel);
    } catch (error) {
      if (reconnects !== this.#reconnects) return "reconnect";
      throw error;
    } finally {
      this.#connected = undefined;
      this.#progress = undefined;
      this.#isListening = false;
      this.#position.disconnected();
      this.#bytesReceived += channel.traffic.bytesReceived;
      await channel.close();
    }
  }

  async #pullOver(channel: Channel): Promise<Exclude<Next, "pull">> {
    if (this.#stop.signal.aborted) return "reconnect";
    const session = await openPullSession(channel, this.#context);
    this.#met = session.supplier.serverUuid;
    // Whatever was to wake this link has found it awake.
    this.#wake = new AbortController();
    let hollow = 0;
    let asked: Ruv | undefined;
    while (!this.#stop.signal.aborted) {
      const { pullTimes, state } = this.#context.database();
      const { ruv } = state;
      const askedAtMicros = this.#context.clock.wallMicros();
      const outcome = await session.pull({
        onBegin: (begin) => this.#noteBegin(session.supplier.serverUuid, begin),
        onApplied: (entries, received) => this.#noteApplied(entries, received),
      });
      this.#progress = undefined;
      if (hasAll(outcome)) this.#noteWhole(pullTimes, askedAtMicros);
      const next = this.#afterPull(outcome, session);
      if (next !== "pull") return next;
      this.#markTried();
      // News of what was written here, or came from another partner meanwhile, is news.
      if (outcome.kind === "applied" || ruv !== asked) hollow = 0;
      asked = ruv;
      await this.#spaceOut(hollow - REPLICA_LIMITS.hollowChangesMax);
      hollow = (await this.#waitForChanges(session.conversation, pullTimes)) === "changed" ? hollow + 1 : 0;
    }
    return "reconnect";
  }

  /** One that speaks of changes again and again, and has none, waits. */
  async #spaceOut(times: number): Promise<void> {
    const { live, random } = this.#context;
    if (times > 0)
      await this.#sleep(retryDelayMs(times, REPLICA_LIMITS.retryBaseMs, live().pollIntervalMs, random.fraction()));
  }

  #afterPull(outcome: PullOutcome, session: PullSession): Next {
    const { live, log } = this.#context;
    const { origin, automaticRefresh } = this.options;
    const report = reportOfOutcome(outcome, origin);
    switch (outcome.kind) {
      case "up-to-date":
      case "applied":
        this.#health.endFailures();
        this.#pulls += 1;
        if (outcome.kind === "applied")
          log.debug("pull_applied", `applied changes of ${origin}`, { origin, entries: outcome.entries });
        if (Math.abs(session.clocks.oursMicros - session.clocks.theirsMicros) > live().clockSkewMaxMs * 1_000) {
          this.#health.complain("clock_skew", reportOfSkew(session.clocks, origin));
          return "wait";
        }
        this.#health.recover(report);
        return "pull";
      case "superseded":
        this.#health.note(report);
        return "reconnect";
      case "domain-mismatch":
        this.#health.complain("domain_mismatch", report);
        return automaticRefresh ? "refresh" : "wait";
      case "refresh-required":
        this.#health.complain("refresh_required", report);
        return automaticRefresh ? "refresh" : "wait";
      case "unwilling":
        this.#health.complain("unwilling", report);
        return "wait";
      case "forked":
        this.#health.complain("forked", report);
        return outcome.evidence;
    }
  }

  /** Until the partner has news, or has shown that it is alive. */
  async #waitForChanges(
    conversation: Conversation<"consumer">,
    pullTimes: PartnerPullTimes,
  ): Promise<"changed" | "pong"> {
    await conversation.send({ type: "subscribe" });
    this.#isListening = true;
    const reply = await conversation.receive({ idle: true });
    // Up to here there was nothing: it would have been told.
    if (reply !== undefined) pullTimes.noteWhole(this.options.origin, this.#context.clock.wallMicros());
    this.#isListening = false;
    if (reply?.type === "changed" || reply?.type === "pong") return reply.type;
    if (reply === undefined) {
      throw new ProtocolError("connection_lost", `${this.options.origin} ended the connection`, { blame: "network" });
    }
    throw new ProtocolError("unexpected_message", `the partner answered a subscription with ${reply.type}`, {
      blame: "peer",
    });
  }

  /** @param pullTimes of the database that was pulled into, which may be replaced by now. */
  #noteWhole(pullTimes: PartnerPullTimes, wholeAtMicros: number): void {
    pullTimes.notePulled(this.options.origin, { wholeAtMicros, lastPullAtMicros: this.#context.clock.wallMicros() });
    this.#position.caughtUp();
  }

  /** Of the database that is served: one that took its place may know of other pulls, or of none. */
  get #pullTimes(): PullTimes | undefined {
    return this.#context.database().pullTimes.of(this.options.origin);
  }

  #noteBegin(supplier: ServerUuid, { rows, estimate }: Begin): void {
    const { clock, database } = this.#context;
    this.#position.shown(supplier, ruvOfRows(rows), database().state);
    this.#progress = new PullProgress(estimate, this.#receivedBytes(), clock);
  }

  #noteApplied(entries: number, received: number): void {
    this.#entriesApplied += entries;
    this.#progress?.add(received);
    const message = `is taking over changes of ${this.options.origin}`;
    this.#health.note({ state: "catching-up", message, remedy: undefined });
  }

  #failed(error: unknown): number {
    const { live, random } = this.#context;
    if (this.#stop.signal.aborted) return 0;
    this.#health.fail(reportOfError(error, this.options.origin));
    return retryDelayMs(this.#health.failures, REPLICA_LIMITS.retryBaseMs, live().pollIntervalMs, random.fraction());
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await this.#context.clock.sleep(ms, this.#wake.signal);
    this.#wake = new AbortController();
  }
}

const hasAll = ({ kind }: PullOutcome): boolean => kind === "up-to-date" || kind === "applied";
