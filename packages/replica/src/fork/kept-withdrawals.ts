import type { Lineage, Seen, ServerUuid } from "@concordat/crdt";
import type { Operation } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { historyOperation, ownCommitOf, withdrawnOperation } from "../database/history-rows.js";
import { historyAfter } from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";

/** Of the commits of one withdrawn history, the newest are kept: only what partners still claim matters. */
const COMMITS_KEPT_MAX = 10_000;

/**
 * What `copy`, which takes the place of `current`, has to remember of changes that were withdrawn: the claims for which this
 * replica was told to be refreshed, and what it knew before. Without it, it would take the same claim over from the next partner
 * that has it, and be told again, without end. Model, section 6.
 *
 * @param claimed what the copy claims.
 */
export const keptWithdrawals = async (current: Database, copy: Database, claimed: Seen): Promise<Operation[]> => {
  if (current.domainUuid !== copy.domainUuid) return [];
  const operations: Operation[] = [];
  for (const server of new Set([...current.withdrawn.keys(), ...current.strayed])) {
    const after = Math.max(claimed(server), current.withdrawn.get(server) ?? 0);
    const commits = await commitsBeyond(current, server, after, copy.table.indexOf(server));
    if (commits.length > 0) operations.push(withdrawnOperation(server, after), ...commits);
  }
  return operations;
};

const commitsBeyond = async (
  database: Database,
  server: ServerUuid,
  after: number,
  serverIndex: number,
): Promise<Operation[]> => {
  const { lineage } = database.state.ruv.get(server) ?? {};
  const told = database.strayed.has(server) && lineage && lineage.at > after ? [lineage] : [];
  const known = database.withdrawn.has(server) ? await knownBeyond(database, server, after) : [];
  return [...known, ...told].map((one) => historyOperation(serverIndex, one, 0));
};

const knownBeyond = async (database: Database, server: ServerUuid, after: number): Promise<Lineage[]> => {
  const range = historyAfter(database.table.indexOf(server), after);
  let known: Lineage[] = [];
  const snapshot = await database.store.snapshot();
  try {
    for await (const rows of pagesOf(snapshot, range)) {
      const more = rows.map(({ key, value }) => ownCommitOf(key, value).lineage);
      known = [...known, ...more].slice(-COMMITS_KEPT_MAX);
    }
  } finally {
    await snapshot.close();
  }
  return known;
};
