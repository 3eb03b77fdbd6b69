import type { Ruv, ServerUuid } from "@concordat/crdt";
import { CommitBuilder } from "../database/commit-builder.js";
import type { Database } from "../database/database.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { type PurgeContext, purge } from "./purge.js";

/**
 * Purges what a supplier with the vector `supplier` has purged and this replica has seen, before anything of the supplier is
 * applied: otherwise a uuid that was created again after the purge would die of its old tombstone here. Looks at
 * nothing unless the supplier has purged more than this replica. Model, section 5.
 */
export const purgeAsSupplier = async (context: PurgeContext, database: Database, supplier: Ruv): Promise<void> => {
  const common = commonPurge(database.state.ruv, supplier);
  if (common.size === 0) return;
  const isDue = ({ ts, server }: { ts: number; server: ServerUuid }): boolean => ts <= (common.get(server) ?? 0);
  await purge(context, database, { throughMicros: Math.max(...common.values()), isDue });
  await context.turn.run(() => raisePurged(context, database, common));
};

/** Of each server, up to when the supplier has purged and this replica has seen, where that is more than it has purged itself. Pure. */
export const commonPurge = (ours: Ruv, supplier: Ruv): ReadonlyMap<ServerUuid, number> => {
  const common = new Map<ServerUuid, number>();
  for (const [server, { purged }] of supplier) {
    const mine = ours.get(server);
    const through = Math.min(purged, mine?.seen ?? 0);
    if (through > (mine?.purged ?? 0)) common.set(server, through);
  }
  return common;
};

const raisePurged = async (
  { database: current, random }: PurgeContext,
  database: Database,
  purged: ReadonlyMap<ServerUuid, number>,
): Promise<void> => {
  if (current() !== database) return;
  const builder = new CommitBuilder(database);
  for (const [server, ts] of purged) builder.raisePurged(server, ts);
  await builder.commit(random.bytes(COMMIT_NAME_BYTES));
};
