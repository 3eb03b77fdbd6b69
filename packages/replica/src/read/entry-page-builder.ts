import type { Uuid } from "@concordat/crdt";
import type { Entry } from "../entry.js";
import type { EntryPage, ListOptions } from "../replica.js";

const LIMIT = 100;
const LIMIT_MAX = 10_000;
/** Entries that a page looks at before it ends early, so that one request has an end. */
const LOOKED_AT_MAX = 20_000;

/** Gathers the entries of one page, in the order in which they are offered. */
export class EntryPageBuilder {
  readonly #entries: Entry[] = [];
  readonly #limit: number;
  readonly #filter: ListOptions["filter"];
  #lookedAt = 0;

  constructor(limit: number = LIMIT, filter: ListOptions["filter"] = undefined) {
    this.#limit = Math.max(1, Math.min(limit, LIMIT_MAX));
    this.#filter = filter;
  }

  /** How many entries it may still take. */
  get room(): number {
    return this.#limit - this.#entries.length;
  }

  /** Takes the entry, or passes over what is none for this page. @returns whether the page ends with it. */
  offer(entry: Entry | undefined): boolean {
    this.#lookedAt += 1;
    if (entry && (this.#filter?.(entry) ?? true)) this.#entries.push(entry);
    return this.room === 0 || this.#lookedAt >= LOOKED_AT_MAX;
  }

  /** @returns which of `entries` the page ends with; the others are left out. */
  offerAll(entries: readonly (Entry | undefined)[]): number | undefined {
    for (let at = 0; at < entries.length; at += 1) if (this.offer(entries[at])) return at;
    return undefined;
  }

  /** @param next where the page after this one begins: after that uuid; nowhere when there is nothing more. */
  page(next: Uuid | undefined): EntryPage {
    return { entries: this.#entries, next };
  }
}
