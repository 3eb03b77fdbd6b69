import type { ChangeId } from "./change-id.js";
import type { Lineage } from "./lineage.js";
import { laterLineage } from "./lineage.js";
import type { ServerUuid } from "./uuid.js";

/** What a replica has of one server. Model, section 4. */
export interface RuvRow {
  /** Every change of that server up to and including this time (microseconds) is here, or was superseded. */
  readonly seen: number;
  /** The newest time (microseconds) of that server among the tombstones and removal marks purged here. */
  readonly purged: number;
  readonly lineage: Lineage;
}

/** The replication update vector. A missing row is all zero. */
export type Ruv = ReadonlyMap<ServerUuid, RuvRow>;

/** Up to when the changes of each server are known: all that the supply filter asks of a vector. */
export type Seen = (server: ServerUuid) => number;

export const seenIn =
  (ruv: Ruv): Seen =>
  (server) =>
    ruv.get(server)?.seen ?? 0;

export const isUnseen = (changeId: ChangeId, seen: Seen): boolean => changeId.ts > seen(changeId.server);

/** Whether nothing was ever seen: a new replica. */
export const isEmptyRuv = (ruv: Ruv): boolean => {
  for (const row of ruv.values()) if (row.seen > 0) return false;
  return true;
};

/**
 * The rows of `ours` that rise once everything of a snapshot with the vector `theirs` has been applied. Claiming any
 * of it earlier loses data (model, section 5). `purged` is each replica's own and does not rise with a claim.
 */
export const claimedRows = (ours: Ruv, theirs: Ruv): Map<ServerUuid, RuvRow> => {
  const risen = new Map<ServerUuid, RuvRow>();
  for (const [server, row] of theirs) {
    const mine = ours.get(server);
    if (row.seen <= (mine?.seen ?? 0)) continue;
    const lineage = mine ? laterLineage(mine.lineage, row.lineage) : row.lineage;
    risen.set(server, { seen: row.seen, purged: mine?.purged ?? 0, lineage });
  }
  return risen;
};
