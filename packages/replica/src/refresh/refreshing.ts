import { AbortScope } from "../abort-scope.js";
import type { Entry } from "../entry.js";
import type { PartnerOptions } from "../partner.js";
import type { Ports } from "../ports/ports.js";
import type { RefreshOptions, RefreshOutcome } from "../replica.js";
import type { RefreshProgress } from "../replica-status.js";
import { unknownPartner } from "../unknown-partner.js";
import { entriesOf } from "./discarded-entries.js";
import { type RefreshContext, type RefreshHow, refresh } from "./refresh.js";
import type { Replacements } from "./replacements.js";
import type { Replacing, ReplacingStep } from "./replacing.js";

export interface RefreshingContext
  extends Omit<RefreshContext, "partner" | "replacements" | "signal" | "swap" | "onProgress" | "beforeDiscard"> {
  readonly log: Ports["log"];
  readonly replacing: Replacing;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
  /** The partner of that origin, or the only one. */
  readonly partner: (origin: string | undefined) => PartnerOptions | undefined;
  readonly onDiscard: ((entries: AsyncIterable<Entry>) => Promise<void>) | undefined;
  /** The databases were swapped. */
  readonly onReplaced: () => void;
}

/** The refreshes of one replica. */
export class Refreshing {
  readonly #context: RefreshingContext;
  #progress: RefreshProgress | undefined;

  constructor(context: RefreshingContext) {
    this.#context = context;
  }

  /** Of the refresh that runs now. */
  get progress(): RefreshProgress | undefined {
    return this.#progress;
  }

  /** As a person asks for it. @throws ReplicaError `unknown_partner`. */
  run(options: RefreshOptions): Promise<RefreshOutcome> {
    return this.#begin(options, undefined);
  }

  /** As `automatic_refresh` asks for it: what only this node has is handed to `onDiscard` first. */
  async runAutomatically(origin: string, signal: AbortSignal): Promise<void> {
    const { log, onDiscard, replacing } = this.#context;
    if (replacing.isRunning) return;
    log.info("refresh_started", `replacing the content by that of ${origin}, as automatic_refresh says`, { origin });
    const outcome = await this.#begin(
      { from: origin, discardLocalChanges: true, isAutomatic: true, signal },
      onDiscard,
    );
    if (outcome.kind === "refused") log.warn("refresh_refused", outcome.reason, { origin, remedy: outcome.remedy });
  }

  async #begin(options: RefreshHow, onDiscard: RefreshingContext["onDiscard"]): Promise<RefreshOutcome> {
    const { partner: partnerOf, replacing } = this.#context;
    const partner = partnerOf(options.from);
    if (partner === undefined) throw unknownPartner(options.from);
    const running = replacing.run((step) => this.#refresh(step, partner, options, onDiscard));
    if (running === undefined) return busy(partner.origin);
    this.#progress = { origin: partner.origin, entries: 0, entriesEstimate: 0, bytes: 0, bytesEstimate: 0 };
    return running;
  }

  async #refresh(
    { replacements, swap }: ReplacingStep,
    partner: PartnerOptions,
    options: RefreshHow,
    onDiscard: RefreshingContext["onDiscard"],
  ): Promise<RefreshOutcome> {
    const { closing, database } = this.#context;
    const scope = new AbortScope([options.signal, closing]);
    try {
      const context: RefreshContext = {
        ...this.#context,
        partner,
        replacements,
        swap,
        signal: scope.signal,
        onProgress: (progress) => {
          this.#progress = progress;
          options.onProgress?.(progress);
        },
        beforeDiscard: async (uuids) => onDiscard?.(entriesOf(database(), uuids)),
      };
      const outcome = await refresh(context, options);
      if (outcome.kind === "refreshed") await this.#afterRefresh(outcome, replacements);
      return outcome;
    } finally {
      this.#progress = undefined;
      scope.release();
    }
  }

  async #afterRefresh(
    { origin, entries, bytes, discarded }: Extract<RefreshOutcome, { kind: "refreshed" }>,
    replacements: Replacements,
  ): Promise<void> {
    const { log, onReplaced, replacing } = this.#context;
    log.info("refresh_done", `took over ${entries} entries from ${origin}`, { origin, entries, bytes, discarded });
    onReplaced();
    await replacing.dropOthers(replacements);
  }
}

const busy = (origin: string): RefreshOutcome => ({
  kind: "refused",
  origin,
  reason: "this node's content is being replaced already, by a refresh or a restore",
  remedy: "wait until that is done: status shows the progress of a refresh",
});
