import { type Ruv, type ServerUuid, seenIn } from "@concordat/crdt";
import { CommitBuilder } from "../database/commit-builder.js";
import type { Database } from "../database/database.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { type PurgeContext, purge } from "./purge.js";

/** Of each server, up to when, in microseconds. */
type Purged = ReadonlyMap<ServerUuid, number>;

/**
 * Purges what a supplier with the vector `supplier` has purged and this replica has seen, before anything of the supplier is
 * applied: otherwise a uuid that was created again after the purge would die of its old tombstone here. Looks at
 * nothing where as much was taken over last. Model, section 5.
 */
export const purgeAsSupplier = async (context: PurgeContext, database: Database, supplier: Ruv): Promise<void> => {
  const common = commonPurge(database.state.ruv, supplier);
  if (!goesBeyond(common, database.purgedAsSupplier)) return;
  const isDue = ({ ts, server }: { ts: number; server: ServerUuid }): boolean => ts <= (common.get(server) ?? 0);
  await purge(context, database, { throughMicros: Math.max(...common.values()), isDue });
  await context.turn.run(() => raisePurged(context, database, common));
  database.purgedAsSupplier = common;
};

/**
 * Of each server, up to when the supplier has purged and this replica has seen. Where this replica has purged as much itself, too: a
 * tombstone with deletions of several servers goes only once all of them may. Pure.
 */
export const commonPurge = (ours: Ruv, supplier: Ruv): Purged => {
  const seen = seenIn(ours);
  return new Map([...supplier].map(([server, { purged }]) => [server, Math.min(purged, seen(server))]));
};

/** Whether `purged` says more than `before`, of any server. */
const goesBeyond = (purged: Purged, before: Purged): boolean =>
  [...purged].some(([server, through]) => through > (before.get(server) ?? 0));

const raisePurged = async (
  { database: current, random }: PurgeContext,
  database: Database,
  purged: Purged,
): Promise<void> => {
  if (current() !== database) return;
  const builder = new CommitBuilder(database);
  for (const [server, ts] of purged) builder.raisePurged(server, ts);
  await builder.commit(random.bytes(COMMIT_NAME_BYTES));
};
