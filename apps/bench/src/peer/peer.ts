import type { AttributeChange, SampleRange } from "../subject/node-writes.js";

/** The attributes of an entry as a peer hands them out, by its id. */
export type PeerEntry = readonly [id: string, attributes: Readonly<Record<string, unknown>>];

/**
 * One replica of a library that others would use in place of ours, with the entries modelled as its documentation does.
 *
 * `Seen` is what a replica says it has, `Offer` what another makes of that for it to take.
 */
export interface Peer<Seen, Offer> {
  /** Begins anew, without any entry. */
  empty(): void | Promise<void>;
  fill(range: SampleRange): void | Promise<void>;
  /** Sets one attribute of each entry of the range. */
  change(changes: AttributeChange): void | Promise<void>;
  seen(): Seen | Promise<Seen>;
  /** Everything, for a replica that is empty. */
  offerAll(): Offer | Promise<Offer>;
  /** What a replica that has `seen` lacks. */
  offer(seen: Seen): Offer | Promise<Offer>;
  /** Takes everything over into this empty replica, until every entry can be read. */
  takeAll(offer: Offer): void | Promise<void>;
  take(offer: Offer): void | Promise<void>;
  /** In any order. */
  entries(): Iterable<PeerEntry> | Promise<Iterable<PeerEntry>>;
  end?(): Promise<void>;
}
