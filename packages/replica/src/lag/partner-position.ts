import { claimedRows, type Ruv, type ServerUuid } from "@concordat/crdt";
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

const NOTHING: Ruv = new Map();

/** Where a partner is, as far as it has said so: what of it is missing here, and what of this node it lacks. */
export class PartnerPosition {
  /** The partner's vector, as it was last heard. */
  #theirs: Ruv = new Map();
  #missingHere: Backlog = NO_BACKLOG;
  /** What it has last supplied from, and whether over the connection that there is. */
  #shown: { readonly server: ServerUuid; readonly ruv: Ruv; readonly isConnected: boolean } | undefined;
  #acknowledged: Acknowledgement | undefined;
  #missingThere: Backlog = NO_BACKLOG;

  /** The partner has seen `theirs`. */
  heard(theirs: Ruv, ours: Ruv): void {
    this.#theirs = theirs;
    this.#missingHere = nextBacklog(this.#missingHere, ours, theirs);
  }

  /** The partner, as `server`, has `theirs`, and supplies from it. */
  shown(server: ServerUuid, theirs: Ruv, { ruv }: DatabaseState): void {
    this.heard(theirs, ruv);
    this.#shown = { server, ruv: theirs, isConnected: true };
    this.#recount(ruv);
  }

  /** What the partner, as `server`, has supplied from, over the connection that there is; nothing before it has. */
  shownBy(server: ServerUuid): Ruv {
    return this.#shown?.isConnected ? this.#shownAs(server) : NOTHING;
  }

  /** Whoever connects anew may have gone back in time: nobody must wait for it to ask. */
  disconnected(): void {
    if (this.#shown) this.#shown = { ...this.#shown, isConnected: false };
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
    this.#acknowledged = { ...said, sequence };
    this.#recount(ruv);
    // What lies up to here it has, or has from elsewhere.
    if (this.#missingThere.size === 0) this.#acknowledged = { ...said, sequence: head.sequence };
  }

  /** This node has committed: what is new is missing there from now on. */
  committed({ ruv }: DatabaseState): void {
    this.#recount(ruv);
  }

  /** What the partner has, by the last request of its own and what it has shown since; `undefined` before the first one. */
  get acknowledgedRuv(): Ruv | undefined {
    if (this.#acknowledged === undefined) return undefined;
    const { server, ruv } = this.#acknowledged;
    return new Map([...ruv, ...claimedRows(ruv, this.#shownAs(server))]);
  }

  #shownAs(server: ServerUuid): Ruv {
    return this.#shown?.server === server ? this.#shown.ruv : NOTHING;
  }

  #recount(ours: Ruv): void {
    const { acknowledgedRuv } = this;
    if (acknowledgedRuv) this.#missingThere = nextBacklog(this.#missingThere, acknowledgedRuv, ours);
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
