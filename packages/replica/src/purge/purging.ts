import { type ChangeId, seenIn } from "@concordat/crdt";
import type { Clock } from "../ports/clock.js";
import type { Log } from "../ports/log.js";
import type { PurgeOutcome } from "../replica.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { PartnerClocks } from "./partner-clocks.js";
import { forgetHistory, type PurgeContext, purge } from "./purge.js";
import { type PurgeAges, purgeHorizonMicros } from "./purge-horizon.js";

export interface PurgingContext extends PurgeContext, PurgeAges {
  readonly clock: Clock;
  readonly log: Log;
  readonly partnerClocks: PartnerClocks;
  readonly hasPartners: () => boolean;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
}

/** Purges again and again what has become old enough. Model, section 7. */
export class Purging {
  readonly #context: PurgingContext;
  #running: Promise<unknown> = Promise.resolve();

  constructor(context: PurgingContext) {
    this.#context = context;
  }

  start(): void {
    this.#running = this.#repeat();
  }

  /** Resolves when none runs any more, once the replica closes. Never rejects. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async run(): Promise<PurgeOutcome> {
    const { clock, clockSkewMaxMs, changelogMaxAgeMs, closing, database, hasPartners, log, partnerClocks } =
      this.#context;
    const clocks = {
      localMicros: clock.wallMicros(),
      partnersMicros: partnerClocks.newestMicros(),
      hasPartners: hasPartners(),
    };
    const throughMicros = purgeHorizonMicros(clocks, { changelogMaxAgeMs, clockSkewMaxMs });
    if (throughMicros === undefined) return { kind: "no-clock-heard" };
    const current = database();
    const seen = seenIn(current.state.ruv);
    const isDue = ({ ts, server }: ChangeId): boolean => ts <= throughMicros && ts <= seen(server);
    const entries = await purge(this.#context, current, { throughMicros, isDue }, closing);
    await forgetHistory(this.#context, throughMicros, closing);
    if (entries > 0)
      log.info("purged", `purged ${entries} entries of deletions that are old enough`, { entries, throughMicros });
    return { kind: "purged", entries, throughMicros };
  }

  async #repeat(): Promise<void> {
    const { changelogMaxAgeMs, clock, closing, log } = this.#context;
    const intervalMs = Math.min(REPLICA_LIMITS.purgeIntervalMs, Math.max(1_000, changelogMaxAgeMs / 10));
    for (;;) {
      await clock.sleep(intervalMs, closing);
      if (closing.aborted) return;
      try {
        await this.run();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.warn("purge_failed", `old deletions could not be purged, which is tried again by itself: ${message}`);
      }
    }
  }
}
