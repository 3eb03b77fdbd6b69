import type { Database } from "../database/database.js";
import type { Clock } from "../ports/clock.js";
import type { Log } from "../ports/log.js";
import { ReplicaError } from "../replica-error.js";
import type { Supplying } from "../session/supplying.js";
import { Turn } from "../turn.js";
import type { PartnerLinks } from "./partner-links.js";
import type { PausedPartners } from "./paused-partners.js";

export interface PausingContext {
  readonly clock: Clock;
  readonly log: Log;
  /** The writer's: what runs over links may have it meanwhile, and is ended afterwards. */
  readonly turn: Turn;
  readonly paused: PausedPartners;
  readonly links: PartnerLinks;
  readonly supplying: Supplying;
  readonly database: () => Database;
}

/** Ends replication with a partner, both ways, until an operator lets it go on. One request at a time. */
export class Pausing {
  readonly #context: PausingContext;
  readonly #requests = new Turn();

  constructor(context: PausingContext) {
    this.#context = context;
  }

  /** Resolves when nothing passes any more. @throws ReplicaError `unknown_partner`. */
  pause(origin: string): Promise<void> {
    const { clock, links, log, paused, supplying } = this.#context;
    return this.#requests.run(async () => {
      this.#expectPartner(origin);
      if (paused.sinceMicros(origin) !== undefined) return;
      await this.#set(origin, clock.wallMicros());
      await Promise.all([links.stop(origin), supplying.pause(origin)]);
      log.info("partner_paused", `replication with ${origin} is paused`, { origin });
    });
  }

  /** @throws ReplicaError `unknown_partner`, unless it is paused: the configuration may not name it any more. */
  resume(origin: string): Promise<void> {
    const { links, log, paused } = this.#context;
    return this.#requests.run(async () => {
      const sinceMicros = paused.sinceMicros(origin);
      if (sinceMicros === undefined) return this.#expectPartner(origin);
      await this.#set(origin, undefined);
      log.info("partner_resumed", `replication with ${origin} goes on`, { origin, sinceMicros });
      links.restart(origin);
    });
  }

  #set(origin: string, sinceMicros: number | undefined): Promise<void> {
    const { database, paused, turn } = this.#context;
    return turn.run(() => paused.set(database(), origin, sinceMicros));
  }

  #expectPartner(origin: string): void {
    if (this.#context.links.has(origin)) return;
    throw new ReplicaError("unknown_partner", `${origin} is no partner of this node: see [replication] in server.toml`);
  }
}
