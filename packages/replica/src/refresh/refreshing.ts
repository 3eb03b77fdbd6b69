import { AbortScope } from "../abort-scope.js";
import type { Database } from "../database/database.js";
import type { Entry } from "../entry.js";
import type { PartnerOptions } from "../partner.js";
import type { Ports } from "../ports/ports.js";
import type { RefreshOptions, RefreshOutcome } from "../replica.js";
import { ReplicaError } from "../replica-error.js";
import type { RefreshProgress } from "../replica-status.js";
import { entriesOf } from "./discarded-entries.js";
import { type RefreshContext, refresh } from "./refresh.js";
import type { Replacements } from "./replacements.js";

export interface RefreshingContext
  extends Omit<RefreshContext, "partner" | "replacements" | "signal" | "onProgress" | "beforeDiscard"> {
  readonly log: Ports["log"];
  readonly newReplacements: () => Replacements;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
  /** The partner of that origin, or the only one. */
  readonly partner: (origin: string | undefined) => PartnerOptions | undefined;
  readonly onDiscard: ((entries: AsyncIterable<Entry>) => Promise<void>) | undefined;
  /** The databases were swapped. */
  readonly onRefreshed: () => void;
}

/** The refreshes of one replica, one at a time, and the database that the last one replaced. */
export class Refreshing {
  readonly #context: RefreshingContext;
  #progress: RefreshProgress | undefined;
  #running: Promise<unknown> = Promise.resolve();
  /** Readers may still be in it: closed by the next refresh, or with the storage. */
  #replaced: Database | undefined;

  constructor(context: RefreshingContext) {
    this.#context = context;
  }

  /** Of the refresh that runs now. */
  get progress(): RefreshProgress | undefined {
    return this.#progress;
  }

  /** Resolves when none runs any more. Never rejects. */
  async settled(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  /** As a person asks for it. @throws ReplicaError `unknown_partner`. */
  run(options: RefreshOptions): Promise<RefreshOutcome> {
    return this.#begin(options, undefined);
  }

  /** As `automatic_refresh` asks for it: what only this node has is handed to `onDiscard` first. */
  async runAutomatically(origin: string, signal: AbortSignal): Promise<void> {
    const { log, onDiscard } = this.#context;
    if (this.#progress) return;
    log.info("refresh_started", `replacing the content by that of ${origin}, as automatic_refresh says`, { origin });
    const outcome = await this.#begin({ from: origin, discardLocalChanges: true, signal }, onDiscard);
    if (outcome.kind === "refused") log.warn("refresh_refused", outcome.reason, { origin, remedy: outcome.remedy });
  }

  async #begin(options: RefreshOptions, onDiscard: RefreshingContext["onDiscard"]): Promise<RefreshOutcome> {
    const partner = this.#context.partner(options.from);
    if (partner === undefined) throw unknownPartner(options.from);
    if (this.#progress) return busy(partner.origin);
    this.#progress = { origin: partner.origin, entries: 0, entriesEstimate: 0, bytes: 0, bytesEstimate: 0 };
    const running = this.#refresh(partner, options, onDiscard).finally(() => {
      this.#progress = undefined;
    });
    this.#running = running;
    return running;
  }

  async #refresh(
    partner: PartnerOptions,
    options: RefreshOptions,
    onDiscard: RefreshingContext["onDiscard"],
  ): Promise<RefreshOutcome> {
    const { closing, database, newReplacements, swap } = this.#context;
    const scope = new AbortScope([options.signal, closing]);
    const replacements = newReplacements();
    try {
      await this.#closeReplaced();
      const context: RefreshContext = {
        ...this.#context,
        partner,
        replacements,
        signal: scope.signal,
        onProgress: (progress) => {
          this.#progress = progress;
          options.onProgress?.(progress);
        },
        beforeDiscard: async (uuids) => onDiscard?.(entriesOf(database(), uuids)),
        swap: async (next) => {
          const replaced = database();
          await swap(next);
          this.#replaced = replaced;
        },
      };
      const outcome = await refresh(context, options);
      if (outcome.kind === "refreshed") await this.#afterRefresh(outcome, replacements);
      return outcome;
    } finally {
      scope.release();
    }
  }

  async #afterRefresh(
    { origin, entries, bytes, discarded }: Extract<RefreshOutcome, { kind: "refreshed" }>,
    replacements: Replacements,
  ): Promise<void> {
    const { database, log, onRefreshed } = this.#context;
    log.info("refresh_done", `took over ${entries} entries from ${origin}`, { origin, entries, bytes, discarded });
    onRefreshed();
    try {
      await replacements.dropAllBut([database().name, this.#replaced?.name ?? ""]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn("old_database_kept", `a database that is not needed any more could not be dropped: ${message}`);
    }
  }

  async #closeReplaced(): Promise<void> {
    const replaced = this.#replaced;
    this.#replaced = undefined;
    await replaced?.store.close();
  }
}

const unknownPartner = (origin: string | undefined): ReplicaError =>
  new ReplicaError(
    "unknown_partner",
    origin === undefined
      ? "say which partner to refresh from: this node pulls from none, or from more than one"
      : `${origin} is no partner that this node pulls from: see [replication] in server.toml`,
  );

const busy = (origin: string): RefreshOutcome => ({
  kind: "refused",
  origin,
  reason: "this node is being refreshed already",
  remedy: "wait for the refresh that runs: status shows its progress",
});
