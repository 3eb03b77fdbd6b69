import { asConflict, compareChangeIds, type EntryState, mergeEntry, sameCreation } from "@concordat/crdt";
import type { WriteBatch } from "../database/write-batch.js";

/**
 * Merges what a supplier sent into `batch`: one read for all of it, then pure merges. Nothing that changes nothing is
 * written. @throws DuplicateChangeError, with nothing applied, since the batch is then dropped.
 */
export const applyStates = async (batch: WriteBatch, states: readonly EntryState[]): Promise<void> => {
  await batch.load(states.map(({ uuid }) => uuid));
  const displaced: EntryState[] = [];
  for (const state of states) applyState(batch, state, displaced);
  if (displaced.length > 0) await applyStates(batch, displaced);
};

/**
 * The earlier of two creations holds the uuid; the later one, whichever side it came from, moves to its derived uuid
 * (`displaced`) and merges there. Model, section 3.
 */
const applyState = (batch: WriteBatch, state: EntryState, displaced: EntryState[]): void => {
  const local = batch.current(state.uuid);
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
  displaced.push(asConflict(incomingIsEarlier ? local : state));
  if (incomingIsEarlier) batch.stage(state);
};
