import type { Ruv, ServerUuid } from "@concordat/crdt";
import type { Hello } from "@concordat/protocol";
import type { DatabaseState } from "../database/database.js";
import type { ForkEvidence } from "../fork/fork-evidence.js";
import type { Acknowledgement } from "../lag/partner-position.js";
import type { PartnerOptions } from "../partner.js";
import type { PartnerStatus } from "../replica-status.js";
import { pausedReport } from "./link-state.js";
import { type LinkContext, PartnerLink } from "./partner-link.js";
import type { PausedPartners } from "./paused-partners.js";

export interface LinksContext extends LinkContext {
  readonly paused: Pick<PausedPartners, "sinceMicros">;
}

/** The links to all partners, by origin. */
export class PartnerLinks {
  readonly #context: LinksContext;
  #links = new Map<string, PartnerLink>();
  #ending: Promise<unknown> = Promise.resolve();

  constructor(context: LinksContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#links.size;
  }

  /** Ends links that are not among `partners`, starts new ones, leaves those whose options are the same object. */
  set(partners: readonly PartnerOptions[]): void {
    const before = this.#links;
    this.#links = new Map(
      partners.map((options) => {
        const link = before.get(options.origin);
        return [options.origin, link?.options === options ? link : new PartnerLink(options, this.#context)];
      }),
    );
    const kept = new Set(this.#links.values());
    const ended = [...before.values()].filter((link) => !kept.has(link));
    this.#ending = Promise.all([this.#ending, ...ended.map((link) => link.stop())]);
    const running = new Set(before.values());
    for (const link of kept) if (!running.has(link) && !this.#isPaused(link)) link.start();
  }

  has(origin: string): boolean {
    return this.#links.has(origin);
  }

  /** Ends what runs over the link of a partner that is paused now. */
  async stop(origin: string): Promise<void> {
    await this.#links.get(origin)?.stop();
  }

  /** Begins again with a partner that is not paused any more. */
  restart(origin: string): void {
    this.#links.get(origin)?.restart();
  }

  /** The partner that a refresh is from: the named one, or the only one. */
  pullPartner(origin: string | undefined): PartnerOptions | undefined {
    const pulling = [...this.#links.values()].filter((link) => link.pulls);
    if (origin === undefined) return pulling.length === 1 ? pulling[0]?.options : undefined;
    return pulling.find((link) => link.options.origin === origin)?.options;
  }

  /** Resolves when each link has tried to pull once. */
  async tried(): Promise<void> {
    const trying = [...this.#links.values()].filter((link) => link.pulls && !this.#isPaused(link));
    await Promise.all(trying.map((link) => link.tried));
  }

  noteHello(origin: string, hello: Hello): void {
    this.#links.get(origin)?.noteHello(hello);
  }

  /** The partner has answered this node with its hello. */
  notePeer(origin: string, hello: Hello): void {
    this.#links.get(origin)?.notePeer(hello);
  }

  noteShownFork(origin: string, evidence: ForkEvidence): void {
    this.#links.get(origin)?.noteShownFork(evidence);
  }

  noteAcknowledged(origin: string, said: Acknowledgement): void {
    this.#links.get(origin)?.noteAcknowledged(said);
  }

  /** What the partner, as `server`, has shown to have while it supplied this node; nothing before it has. */
  shownBy(origin: string, server: ServerUuid): Ruv {
    return this.#links.get(origin)?.shownBy(server) ?? new Map();
  }

  noteCommit(state: DatabaseState): void {
    for (const link of this.#links.values()) link.noteCommit(state);
  }

  noteSupplied(origin: string): void {
    this.#links.get(origin)?.noteSupplied();
  }

  wake(): void {
    for (const link of this.#links.values()) link.wake();
  }

  /** Opens the connection to that partner anew. @returns whether there was one. */
  reconnectTo(origin: string): boolean {
    const link = this.#links.get(origin);
    const isConnected = link?.isConnected ?? false;
    void link?.reconnect();
    return isConnected;
  }

  reconnect(): void {
    for (const link of this.#links.values()) void link.reconnect();
  }

  /** @param refreshingFrom the origin that this node is being refreshed from. */
  status(refreshingFrom: string | undefined): PartnerStatus[] {
    return [...this.#links.values()].map((link) => {
      const { origin } = link.options;
      const status = link.status(origin === refreshingFrom);
      const pausedSinceMicros = this.#context.paused.sinceMicros(origin);
      return pausedSinceMicros === undefined ? status : { ...status, ...pausedReport(origin, pausedSinceMicros) };
    });
  }

  #isPaused({ options }: PartnerLink): boolean {
    return this.#context.paused.sinceMicros(options.origin) !== undefined;
  }

  async close(): Promise<void> {
    this.set([]);
    await this.#ending;
  }
}
