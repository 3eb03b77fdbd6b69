import type { EntryState, Uuid } from "@concordat/crdt";
import type { Snapshot } from "@concordat/storage";
import type { Conflict } from "../conflict.js";
import type { Database } from "../database/database.js";
import { conflictKey, conflictsAfter, entryKey, uuidOfConflictKey } from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { stateOf } from "../database/stored-state.js";
import { placeOfConflictId } from "./conflict-id.js";
import { conflictViews, holderUuidOf } from "./conflict-view.js";

/** The conflicts that merged states hold, after the one with the id `after`, by the uuid of the entry and their ids. */
export async function* entryConflicts(
  database: Database,
  snapshot: Snapshot,
  after: string | undefined,
): AsyncGenerator<Conflict> {
  const place = after === undefined ? undefined : placeOfConflictId(after);
  if (place) yield* (await conflictsOf(database, snapshot, [place.uuid])).filter(({ id }) => id > (after as string));
  for await (const rows of pagesOf(snapshot, conflictsAfter(place?.uuid))) {
    yield* await conflictsOf(
      database,
      snapshot,
      rows.map(({ key }) => uuidOfConflictKey(key)),
    );
  }
}

/** The one with that id; `undefined` when there is none, or none any more. */
export const findEntryConflict = async (
  database: Database,
  snapshot: Snapshot,
  id: string,
): Promise<Conflict | undefined> => {
  const place = placeOfConflictId(id);
  if (place === undefined) return undefined;
  const [row] = await snapshot.getMany([conflictKey(place.uuid)]);
  if (row === undefined) return undefined;
  return (await conflictsOf(database, snapshot, [place.uuid])).find((conflict) => conflict.id === id);
};

/** Of the entries `uuids`, in their order; two reads for all. */
const conflictsOf = async (database: Database, snapshot: Snapshot, uuids: readonly Uuid[]): Promise<Conflict[]> => {
  const states = await statesOf(database, snapshot, uuids);
  const holders = states.map((state) => state && holderUuidOf(state)).filter((uuid) => uuid !== undefined);
  const holderStates = await statesOf(database, snapshot, holders);
  const holderOf = new Map(holders.map((uuid, index) => [uuid, holderStates[index]]));
  return states.flatMap((state) => {
    if (state === undefined) return [];
    const holder = holderUuidOf(state);
    return conflictViews(state, holder && holderOf.get(holder), database.index.constraints.kinds);
  });
};

const statesOf = async (
  database: Database,
  snapshot: Snapshot,
  uuids: readonly Uuid[],
): Promise<(EntryState | undefined)[]> => {
  if (uuids.length === 0) return [];
  const values = await snapshot.getMany(uuids.map(entryKey));
  return values.map((value) => value && stateOf(database, value));
};
