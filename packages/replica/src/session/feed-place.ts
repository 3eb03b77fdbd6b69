import type { Uuid } from "@concordat/crdt";
import type { Cursor } from "@concordat/protocol";

/**
 * How far somebody has come in a feed: everything up to `sequence`, of all entries, or of those up to the uuid `scanned`
 * alone, since a scan in the order of uuids is on its way. Model, section 5.
 */
export interface FeedPlace {
  readonly sequence: number;
  readonly scanned: Uuid | undefined;
}

/** Comes before every uuid. */
export const NOTHING_SCANNED = "" as Uuid;

/** Where somebody begins who knows nothing: there is nothing to follow up to `head`, and everything to scan. */
export const beforeScan = (head: number): FeedPlace => ({ sequence: head, scanned: NOTHING_SCANNED });

export const placeOfCursor = ({ sequence, scan }: Cursor): FeedPlace =>
  scan ? { sequence: scan.sequence, scanned: scan.uuid } : { sequence, scanned: undefined };

/** Below zero when `left` is reached first: by number, then by uuid, and last when all is scanned. */
export const comparePlaces = (left: FeedPlace, right: FeedPlace): number => {
  if (left.sequence !== right.sequence) return left.sequence - right.sequence;
  if (left.scanned === right.scanned) return 0;
  if (left.scanned === undefined) return 1;
  if (right.scanned === undefined) return -1;
  return left.scanned < right.scanned ? -1 : 1;
};
