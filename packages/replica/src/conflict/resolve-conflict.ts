import type { Uuid } from "@concordat/crdt";
import type { ConflictResolution } from "../conflict.js";
import { constraintPlaceOf } from "../constraint/constraint-conflicts.js";
import { resolveConstraintConflict } from "../constraint/resolve-constraint-conflict.js";
import type { Database } from "../database/database.js";
import type { EntryTransaction } from "../write/entry-transaction.js";
import { findConflict } from "./conflicts.js";
import { conflictNotFound, resolveEntryConflict } from "./resolve-entry-conflict.js";

/** Settles the conflict `id` as part of `transaction`, before which nothing waits that `database` does not have. */
export const resolveConflict = async (
  database: Database,
  transaction: EntryTransaction,
  id: string,
  resolution: ConflictResolution,
): Promise<Uuid | undefined> => {
  if (constraintPlaceOf(id) === undefined) return resolveEntryConflict(transaction, id, resolution);
  const conflict = await findConflict(database, id);
  if (conflict === undefined) throw conflictNotFound(id);
  return resolveConstraintConflict(transaction, conflict, resolution);
};
