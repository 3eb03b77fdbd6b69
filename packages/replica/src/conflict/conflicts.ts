import type { Snapshot } from "@concordat/storage";
import type { Conflict, ConflictPage, ConflictsOptions } from "../conflict.js";
import type { Database } from "../database/database.js";
import { entryConflicts, findEntryConflict } from "./entry-conflicts.js";

const LIMIT = 100;
const LIMIT_MAX = 1_000;

/** A page of the conflicts of one moment. */
export const listConflicts = async (database: Database, options: ConflictsOptions): Promise<ConflictPage> => {
  const limit = Math.max(1, Math.min(options.limit ?? LIMIT, LIMIT_MAX));
  return withSnapshot(database, async (snapshot) => {
    const conflicts: Conflict[] = [];
    for await (const conflict of entryConflicts(database, snapshot, options.after)) {
      if (conflicts.length === limit) return { conflicts, next: conflicts.at(-1)?.id };
      conflicts.push(conflict);
    }
    return { conflicts, next: undefined };
  });
};

export const findConflict = (database: Database, id: string): Promise<Conflict | undefined> =>
  withSnapshot(database, (snapshot) => findEntryConflict(database, snapshot, id));

const withSnapshot = async <T>(database: Database, read: (snapshot: Snapshot) => Promise<T>): Promise<T> => {
  const snapshot = await database.store.snapshot();
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
};
