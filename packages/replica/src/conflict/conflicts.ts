import type { Snapshot } from "@concordat/storage";
import type { Conflict, ConflictPage, ConflictsOptions } from "../conflict.js";
import { constraintConflicts, constraintPlaceOf, findConstraintConflict } from "../constraint/constraint-conflicts.js";
import type { Database } from "../database/database.js";
import { entryConflicts, findEntryConflict } from "./entry-conflicts.js";

const LIMIT = 100;
const LIMIT_MAX = 1_000;

/** What conflicts come of, in the order of the list: merged states first, then what the schema makes of them. */
const SOURCES = ["entry", "unique", "reference", "invalid"] as const;

type Source = (typeof SOURCES)[number];

/** A page of the conflicts of one moment. */
export const listConflicts = async (database: Database, options: ConflictsOptions): Promise<ConflictPage> => {
  const limit = Math.max(1, Math.min(options.limit ?? LIMIT, LIMIT_MAX));
  return withSnapshot(database, async (snapshot) => {
    const conflicts: Conflict[] = [];
    for await (const conflict of conflictsAfter(database, snapshot, options.after)) {
      if (conflicts.length === limit) return { conflicts, next: conflicts.at(-1)?.id };
      conflicts.push(conflict);
    }
    return { conflicts, next: undefined };
  });
};

/** `undefined` when there is no such conflict, or none any more. */
export const findConflict = (database: Database, id: string): Promise<Conflict | undefined> =>
  withSnapshot(database, (snapshot) =>
    sourceOf(id) === "entry"
      ? findEntryConflict(database, snapshot, id)
      : findConstraintConflict(database, snapshot, id),
  );

async function* conflictsAfter(
  database: Database,
  snapshot: Snapshot,
  after: string | undefined,
): AsyncGenerator<Conflict> {
  const first = after === undefined ? "entry" : sourceOf(after);
  for (const source of SOURCES.slice(SOURCES.indexOf(first))) {
    const rest = source === first ? after : undefined;
    if (source === "entry") yield* entryConflicts(database, snapshot, rest);
    else yield* constraintConflicts(database, snapshot, source, rest);
  }
}

const sourceOf = (id: string): Source => constraintPlaceOf(id)?.kind ?? "entry";

const withSnapshot = async <T>(database: Database, read: (snapshot: Snapshot) => Promise<T>): Promise<T> => {
  const snapshot = await database.store.snapshot();
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
};
