import type { Ruv } from "@concordat/crdt";
import type { Snapshot } from "@concordat/storage";
import { type Database, type Head, readHead } from "./database.js";
import { readRuvRows } from "./snapshot-reads.js";

/** A snapshot, with the vector and the newest commit that it shows. */
export interface StatedSnapshot {
  readonly snapshot: Snapshot;
  readonly ruv: Ruv;
  readonly head: Head;
}

/**
 * Takes a snapshot, which the caller closes. Vector and head cost no read unless a commit is under way: what is in memory is then
 * what is stored.
 */
export const takeStatedSnapshot = async (database: Database): Promise<StatedSnapshot> => {
  const settled = database.settledState;
  const snapshot = await database.store.snapshot();
  if (settled && settled === database.settledState) return { snapshot, ruv: settled.ruv, head: settled.head };
  try {
    const rows = await readRuvRows(snapshot);
    return { snapshot, ruv: new Map(rows.map(({ server, row }) => [server, row])), head: await readHead(snapshot) };
  } catch (error) {
    await snapshot.close();
    throw error;
  }
};
