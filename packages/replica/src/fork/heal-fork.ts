import {
  type CounterTotal,
  type EntryState,
  extendLineage,
  NO_LINEAGE,
  type Reannouncement,
  type RuvRow,
  reannouncedEntry,
  type ServerUuid,
  type Uuid,
} from "@concordat/crdt";
import type { KeyRange, Operation } from "@concordat/storage";
import type { CommitBuilder } from "../database/commit-builder.js";
import { type CounterBase, readCounterBases } from "../database/counter-base.js";
import { type Database, EMPTY_ROW } from "../database/database.js";
import { historyOperation, withdrawnOperation } from "../database/history-rows.js";
import { ALL_AGREED, ALL_COUNTER_BASES, ALL_CURSORS } from "../database/key-space.js";
import { identityOperations } from "../database/meta.js";
import { foundingOf, ownCommitBefore } from "../database/own-history.js";
import { feedPagesBetween, pagesOf } from "../database/snapshot-reads.js";
import { stateOf } from "../database/stored-state.js";
import { WriteBatch } from "../database/write-batch.js";

export interface ForkHealing {
  /** The last time, in microseconds, at which both histories of this server uuid are one. */
  readonly after: number;
  /** Whether they may be one for longer: nobody could be asked. */
  readonly isGuess: boolean;
  /** The server uuid that this replica goes on under. */
  readonly to: ServerUuid;
  readonly commitName: Uint8Array;
}

/**
 * Gives the replica another server uuid in one commit: what it wrote after the histories parted is announced anew under that
 * uuid, of the old one it claims no more than both have, and cursors are dropped, so that the other history can be pulled.
 * Work grows with what changed here since the histories parted. In the writer's turn. Model, section 6.
 *
 * @returns the database as it goes on, and how many entries are announced anew.
 */
export const healFork = async (
  database: Database,
  { after, isGuess, to, commitName }: ForkHealing,
): Promise<{ readonly renamed: Database; readonly entries: number }> => {
  const { serverUuid: from, table, state } = database;
  const batch = new WriteBatch(database);
  const { moved, knownUntil } = await reannounce(batch, { from, after, to });
  const { builder } = batch;
  const row = state.ruv.get(from) ?? EMPTY_ROW;
  if (row.seen > after) builder.setRow(from, await rowUntil(database, row, { after, knownUntil }));
  if (isGuess) unclaimOthers(builder, from, after);
  if (moved > 0) {
    const lineage = extendLineage(NO_LINEAGE, row.seen, commitName);
    builder.setRow(to, { seen: row.seen, purged: 0, lineage });
    builder.addOperations([historyOperation(table.indexOf(to), lineage, state.head.sequence)]);
  }
  database.takeAgreedOperations();
  if (row.seen > after) {
    builder.addOperations(await removals(database, ALL_CURSORS));
    builder.addOperations([withdrawnOperation(from, after)]);
  }
  builder.addOperations(await removals(database, ALL_AGREED));
  builder.addOperations(await removals(database, ALL_COUNTER_BASES));
  builder.addOperations(identityOperations({ ...database.identity, serverUuid: to }));
  await batch.commit(commitName);
  const withdrawn = new Map(database.withdrawn);
  if (row.seen > after) withdrawn.set(from, after);
  return { renamed: database.renamed(to, withdrawn), entries: moved };
};

/** @returns how many entries have moved, and up to when all that the old uuid did is here: what a counter had at the parting may not be. */
const reannounce = async (
  batch: WriteBatch,
  how: Omit<Reannouncement, "baseOf">,
): Promise<{ readonly moved: number; readonly knownUntil: number }> => {
  const { database } = batch;
  const parting = database.state.ruv.has(how.from) ? await ownCommitBefore(database, how.after + 1) : undefined;
  let moved = 0;
  let knownUntil = how.after;
  const snapshot = await database.store.snapshot();
  try {
    const { sequence } = database.state.head;
    for await (const rows of feedPagesBetween(snapshot, parting?.sequence ?? 0, sequence)) {
      const states = rows.flatMap(({ entry }) => (entry ? [stateOf(database, entry)] : []));
      const bases = await readCounterBases(database.store, states, how.from);
      for (const before of states) {
        const baseOf = (attribute: string) => baseUntil(bases(before.uuid, attribute), how.after);
        const state = reannouncedEntry(before, { ...how, baseOf: (attribute) => counted(baseOf(attribute)) });
        if (state === undefined) continue;
        await restage(batch, before.uuid, state);
        moved += 1;
        for (const attribute of splitCounters(before, how))
          knownUntil = Math.min(knownUntil, baseOf(attribute)?.until ?? before.createdAt.ts - 1);
      }
    }
  } finally {
    await snapshot.close();
  }
  return { moved, knownUntil };
};

/** A total that is newer than the parting is of one history only. */
const baseUntil = (base: CounterBase | undefined, after: number): CounterBase | undefined =>
  base && base.total.ts <= after ? base : undefined;

/** Of a counter to which nothing had been added there is nothing to keep. */
const counted = (base: CounterBase | undefined): CounterTotal | undefined =>
  base && base.total.ts > 0 ? base.total : undefined;

/** The counters that one history has counted on since the parting. */
const splitCounters = ({ attributes }: EntryState, { from, after }: { from: ServerUuid; after: number }): string[] =>
  [...attributes].filter(([, { counter }]) => (counter?.totals.get(from)?.ts ?? 0) > after).map(([name]) => name);

const restage = async (batch: WriteBatch, uuid: Uuid, state: EntryState): Promise<void> => {
  await batch.load([uuid, state.uuid]);
  if (state.uuid !== uuid) batch.remove(uuid);
  batch.stage(state);
};

/**
 * An entry that others know under the creation that it had may have been created anew here, with what they had written to it: of
 * their changes since, no more is claimed, so that they come once more, to where everybody else has them.
 */
const unclaimOthers = (builder: CommitBuilder, from: ServerUuid, after: number): void => {
  for (const [server, { seen, purged }] of builder.database.state.ruv) {
    if (server === from || seen <= after) continue;
    builder.setRow(server, { seen: Math.max(after, purged), purged, lineage: NO_LINEAGE });
  }
};

/**
 * The row of the old uuid, cut down to what both histories have and this replica knows of: not to before the founding of the domain,
 * which all have, nor to before what was purged here.
 */
const rowUntil = async (
  database: Database,
  { seen, purged }: RuvRow,
  { after, knownUntil }: { readonly after: number; readonly knownUntil: number },
): Promise<RuvRow> => {
  const founded = (await foundingOf(database))?.lineage.at ?? 0;
  const until = Math.max(knownUntil, Math.min(after, Math.max(founded, purged)));
  const commit = await ownCommitBefore(database, until + 1);
  return { seen: Math.min(seen, until), purged: Math.min(purged, until), lineage: commit?.lineage ?? NO_LINEAGE };
};

const removals = async ({ store }: Database, range: KeyRange): Promise<Operation[]> => {
  const operations: Operation[] = [];
  const snapshot = await store.snapshot();
  try {
    for await (const rows of pagesOf(snapshot, range)) {
      for (const { key } of rows) operations.push({ key, value: undefined });
    }
  } finally {
    await snapshot.close();
  }
  return operations;
};
