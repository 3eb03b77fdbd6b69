import { type Channel, type Conversation, ProtocolError } from "@concordat/protocol";
import type { PartnerOptions } from "../partner.js";
import type { Clock } from "../ports/clock.js";
import type { Log } from "../ports/log.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { PartnerStatus } from "../replica-status.js";
import type { PullOutcome } from "../session/pull-outcome.js";
import { openPullSession, type PullingContext } from "../session/pull-over.js";
import { type LinkReport, reportOfError, reportOfOutcome } from "./link-state.js";
import { retryDelayMs } from "./retry-delay.js";

export interface LinkContext extends PullingContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly pollIntervalMs: number;
  /** Refreshes from this partner, when its options allow it; resolves when the link may be tried again. */
  readonly refresh: (origin: string, signal: AbortSignal) => Promise<void>;
}

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
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #report: LinkReport;
  #connected: Channel | undefined;
  #failures = 0;
  #lastAttemptAtMicros: number | undefined;
  #lastPullAtMicros: number | undefined;
  #lastSuppliedAtMicros: number | undefined;
  #entriesApplied = 0;
  #bytesReceived = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PartnerOptions, context: LinkContext) {
    this.options = options;
    this.#context = context;
    this.#report = options.type === "allow-pull" ? SUPPLY_ONLY : NEW_LINK;
  }

  get pulls(): boolean {
    return this.options.type !== "allow-pull";
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

  /** Ends a wait: the next pull, or the next try, starts now. */
  wake(): void {
    this.#wake.abort();
  }

  /** Ends the connection, so that the next one speaks for the database of that moment. */
  async reconnect(): Promise<void> {
    await this.#connected?.close();
    this.wake();
  }

  noteSupplied(): void {
    this.#lastSuppliedAtMicros = this.#context.clock.wallMicros();
  }

  status(): PartnerStatus {
    return {
      origin: this.options.origin,
      type: this.options.type,
      ...this.#report,
      connected: this.#connected !== undefined,
      lastAttemptAtMicros: this.#lastAttemptAtMicros,
      lastPullAtMicros: this.#lastPullAtMicros,
      entriesApplied: this.#entriesApplied,
      bytesReceived: this.#bytesReceived + (this.#connected?.traffic.bytesReceived ?? 0),
      failures: this.#failures,
      lastSuppliedAtMicros: this.#lastSuppliedAtMicros,
    };
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#lastAttemptAtMicros = this.#context.clock.wallMicros();
      const waitMs = await this.#connectAndPull().then(
        () => this.#context.pollIntervalMs,
        (error: unknown) => this.#failed(error),
      );
      await this.#sleep(waitMs);
    }
  }

  /** One connection, for as long as it serves. Resolves when the link has to wait for somebody to do something. */
  async #connectAndPull(): Promise<void> {
    const channel = await this.options.connect(this.#stop.signal);
    this.#connected = channel;
    try {
      const session = await openPullSession(channel, this.#context);
      while (!this.#stop.signal.aborted) {
        const outcome = await session.pull((entries) => this.#noteApplied(entries));
        if (!(await this.#afterPull(outcome, session.conversation))) return;
      }
    } finally {
      this.#connected = undefined;
      this.#bytesReceived += channel.traffic.bytesReceived;
      await channel.close();
    }
  }

  /** @returns whether to pull again over this connection. */
  async #afterPull(outcome: PullOutcome, conversation: Conversation<"consumer">): Promise<boolean> {
    const { clock, log } = this.#context;
    const { origin, automaticRefresh } = this.options;
    this.#show(reportOfOutcome(outcome, origin));
    switch (outcome.kind) {
      case "up-to-date":
      case "applied":
        this.#failures = 0;
        this.#lastPullAtMicros = clock.wallMicros();
        if (outcome.kind === "applied")
          log.debug("pull_applied", `applied changes of ${origin}`, { origin, entries: outcome.entries });
        await this.#waitForChanges(conversation);
        return true;
      case "superseded":
        return false;
      case "domain-mismatch":
      case "refresh-required":
        log.warn(outcome.kind.replace("-", "_"), this.#report.message, { origin, remedy: this.#report.remedy });
        if (automaticRefresh) await this.#context.refresh(origin, this.#stop.signal);
        return false;
      case "unwilling":
      case "forked":
        log.warn(outcome.kind, this.#report.message, { origin, remedy: this.#report.remedy });
        return false;
    }
  }

  /** Until the partner has news, or the poll interval has passed with a sign of life in between. */
  async #waitForChanges(conversation: Conversation<"consumer">): Promise<void> {
    await conversation.send({ type: "subscribe" });
    const reply = await conversation.receive({ idle: true });
    if (reply?.type === "changed" || reply?.type === "pong") return;
    if (reply === undefined) {
      throw new ProtocolError("connection_lost", `${this.options.origin} ended the connection`, { blame: "network" });
    }
    throw new ProtocolError("unexpected_message", `the partner answered a subscription with ${reply.type}`, {
      blame: "peer",
    });
  }

  #noteApplied(entries: number): void {
    this.#entriesApplied += entries;
    const message = `is taking over changes of ${this.options.origin}`;
    this.#show({ state: "catching-up", message, remedy: undefined });
  }

  #failed(error: unknown): number {
    const { log, pollIntervalMs, random } = this.#context;
    const { origin } = this.options;
    if (this.#stop.signal.aborted) return 0;
    this.#failures += 1;
    const before = this.#report.message;
    this.#show(reportOfError(error, origin));
    // A partner that stays away is said once, and then only to those who want every detail.
    const level = before === this.#report.message ? "debug" : "warn";
    const { state, message, remedy } = this.#report;
    log[level]("partner_failed", message, { origin, state, remedy, failures: this.#failures });
    return retryDelayMs(this.#failures, REPLICA_LIMITS.retryBaseMs, pollIntervalMs, random.fraction());
  }

  #show(report: LinkReport): void {
    this.#report = report;
  }

  async #sleep(ms: number): Promise<void> {
    await this.#context.clock.sleep(ms, AbortSignal.any([this.#stop.signal, this.#wake.signal]));
    this.#wake = new AbortController();
  }
}
