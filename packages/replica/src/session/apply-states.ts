import {
  asConflict,
  compareChangeIds,
  type EntryState,
  mergeEntry,
  sameCreation,
  underOtherUuid,
} from "@concordat/crdt";
import type { WriteBatch } from "../database/write-batch.js";
import { REPLICA_LIMITS } from "../replica-limits.js";

/**
 * Merges what a supplier sent into `batch`: one read for many entries, then pure merges. Nothing that changes nothing is
 * written. @throws DuplicateChangeError, with nothing applied, since the batch is then dropped.
 */
export const applyStates = async (batch: WriteBatch, states: readonly EntryState[]): Promise<void> => {
  const { statesAppliedTogether } = REPLICA_LIMITS;
  const displaced: EntryState[] = [];
  for (let start = 0; start < states.length; start += statesAppliedTogether) {
    const some = states.slice(start, start + statesAppliedTogether);
    await batch.loadFor(some);
    for (const state of await readdressed(batch, some)) applyState(batch, state, displaced);
  }
  if (displaced.length > 0) await applyStates(batch, displaced);
};

/**
 * Each of `states` under the uuid that its creation is held under here. A pull that is cut may bring what an entry became that lost
 * its uuid, and not who took it: held under both, the entry would be shown twice, in part, and a deletion would meet one of the two.
 */
const readdressed = async (batch: WriteBatch, states: readonly EntryState[]): Promise<readonly EntryState[]> => {
  const others = states.map((state) => (batch.currentFor(state) ? undefined : underOtherUuid(state)));
  const asked = others.filter((other) => other !== undefined);
  if (asked.length === 0) return states;
  await batch.load(asked.map(({ uuid }) => uuid));
  return states.map((state, index) => {
    const other = others[index];
    const held = other && batch.current(other.uuid);
    return held && sameCreation(held, other) ? other : state;
  });
};

/**
 * The earlier of two creations holds the uuid; the later one, whichever side it came from, moves to its derived uuid
 * (`displaced`) and merges there. Model, section 3.
 */
const applyState = (batch: WriteBatch, state: EntryState, displaced: EntryState[]): void => {
  const local = batch.currentFor(state);
  if (local === undefined) {
    batch.stage(state);
    return;
  }
  if (sameCreation(local, state)) {
    const merged = mergeEntry(local, state);
    if (merged !== local) batch.stage(merged);
    return;
  }
  const incomingIsEarlier = compareChangeIds(state.createdAt, local.createdAt) < 0;
  displaced.push(asConflict(incomingIsEarlier ? (batch.current(state.uuid) ?? local) : state));
  if (incomingIsEarlier) batch.stage(state);
};
