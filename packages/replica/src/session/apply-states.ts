import { asConflict, compareChangeIds, type EntryState, mergeEntry, sameCreation } from "@concordat/crdt";
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
    for (const state of some) applyState(batch, state, displaced);
  }
  if (displaced.length > 0) await applyStates(batch, displaced);
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
