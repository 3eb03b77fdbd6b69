import { type ChangeId, seenIn } from "@concordat/crdt";
import { AbortScope } from "../abort-scope.js";
import type { Clock } from "../ports/clock.js";
import type { Log } from "../ports/log.js";
import type { PurgeOutcome } from "../replica.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { PartnerClocks } from "./partner-clocks.js";
import { forgetHistory, type PurgeContext, purge } from "./purge.js";
import { type PurgeAges, purgeHorizonMicros } from "./purge-horizon.js";

export interface PurgingContext extends PurgeContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly partnerClocks: PartnerClocks;
  readonly live: () => PurgeAges;
  readonly hasPartners: () => boolean;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
}

/** Purges again and again what has become old enough. Model, section 7. */
export class Purging {
  readonly #context: PurgingContext;
  #running: Promise<unknown> = Promise.resolve();
  #waiting: AbortScope | undefined;

  constructor(context: PurgingContext) {
    this.#context = context;
  }

  /** The wait for the next purge begins anew, by the settings of this moment. */
  restartWait(): void {
    this.#waiting?.abort();
  }

  start(): void {
    this.#running = this.#repeat();
  }

  /** Resolves when none runs any more, once the replica closes. Never rejects. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async run(): Promise<PurgeOutcome> {
    const { clock, closing, database, hasPartners, live, log, partnerClocks } = this.#context;
    const clocks = {
      localMicros: clock.wallMicros(),
      partnersMicros: partnerClocks.newestMicros(),
      hasPartners: hasPartners(),
    };
    const throughMicros = purgeHorizonMicros(clocks, live());
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

  async #wait(): Promise<void> {
    const { clock, closing, live } = this.#context;
    let isOver = false;
    while (!isOver && !closing.aborted) {
      const waiting = new AbortScope([closing]);
      this.#waiting = waiting;
      const intervalMs = Math.min(REPLICA_LIMITS.purgeIntervalMs, Math.max(1_000, live().changelogMaxAgeMs / 10));
      await clock.sleep(intervalMs, waiting.signal);
      isOver = !waiting.signal.aborted;
      waiting.release();
    }
  }

  async #repeat(): Promise<void> {
    const { closing, log } = this.#context;
    for (;;) {
      await this.#wait();
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
