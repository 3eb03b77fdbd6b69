import type { Ruv, ServerUuid } from "@concordat/crdt";
import type { DatabaseState } from "../database/database.js";
import type { BehindBy } from "../replica-status.js";
import { type Backlog, NO_BACKLOG, nextBacklog, oldestOf } from "./backlog.js";
import { secondsSince } from "./seconds-since.js";

/** What a partner has told this node to have. */
export interface Acknowledgement {
  /** The partner's incarnation. */
  readonly server: ServerUuid;
  readonly ruv: Ruv;
  /** This node's feed number up to which it has everything. */
  readonly sequence: number;
}

/** Where a partner is, as far as it has said so: what of it is missing here, and what of this node it lacks. */
export class PartnerPosition {
  /** The partner's vector, as it was last heard. */
  #theirs: Ruv = new Map();
  #missingHere: Backlog = NO_BACKLOG;
  #acknowledged: Acknowledgement | undefined;
  #missingThere: Backlog = NO_BACKLOG;

  /** The partner has seen `theirs`. */
  heard(theirs: Ruv, ours: Ruv): void {
    this.#theirs = theirs;
    this.#missingHere = nextBacklog(this.#missingHere, ours, theirs);
  }

  /** Everything that the partner has is here. */
  caughtUp(): void {
    this.#theirs = new Map();
    this.#missingHere = NO_BACKLOG;
  }

  /** When the oldest change was made that the partner is known to have and this node lacks. */
  oldestMissingMicros(ours: Ruv): number | undefined {
    this.#missingHere = nextBacklog(this.#missingHere, ours, this.#theirs);
    return oldestOf(this.#missingHere);
  }

  acknowledged(said: Acknowledgement, { ruv, head }: DatabaseState): void {
    const before = this.#acknowledged;
    const sequence = before?.server === said.server ? Math.max(before.sequence, said.sequence) : said.sequence;
    this.#missingThere = nextBacklog(this.#missingThere, said.ruv, ruv);
    // What lies up to here it has, or has from elsewhere.
    this.#acknowledged = { ...said, sequence: this.#missingThere.size === 0 ? head.sequence : sequence };
  }

  /** This node has committed: what is new is missing there from now on. */
  committed({ ruv }: DatabaseState): void {
    if (this.#acknowledged) this.#missingThere = nextBacklog(this.#missingThere, this.#acknowledged.ruv, ruv);
  }

  /** What the partner has, as it told it with its last request; `undefined` before the first one. */
  get acknowledgedRuv(): Ruv | undefined {
    return this.#acknowledged?.ruv;
  }

  /** `undefined` before the partner's first request. */
  behindBy({ head, totals }: DatabaseState, nowMicros: number): BehindBy | undefined {
    if (this.#acknowledged === undefined) return undefined;
    const oldest = oldestOf(this.#missingThere);
    if (oldest === undefined) return { seconds: 0, changes: 0 };
    const stored = totals.liveEntries + totals.tombstones;
    const changes = Math.max(1, Math.min(head.sequence - this.#acknowledged.sequence, stored));
    return { seconds: secondsSince(oldest, nowMicros), changes };
  }
}
