import {
  type AttributeState,
  conflictsIn,
  deletedEntry,
  type EntryConflict,
  type EntryState,
  type LiveEntry,
  type OverwriteConflict,
  type Tombstone,
  type Uuid,
  type ValueBytes,
  writtenRegister,
} from "@concordat/crdt";
import type { ConflictResolution } from "../conflict.js";
import { ReplicaError } from "../replica-error.js";
import type { EntryTransaction } from "../write/entry-transaction.js";
import { type EntryConflictPlace, placeOfConflictId } from "./conflict-id.js";
import { visibleCopy } from "./visible-copy.js";

/**
 * Settles one conflict that a merged state holds, as part of `transaction`: by a change that knows both sides, so that it
 * is settled on every node which has that change.
 *
 * @returns the entry that holds what was kept; `undefined` when it was a deletion.
 * @throws ReplicaError `conflict_not_found`, `invalid_change`.
 */
export const resolveEntryConflict = async (
  transaction: EntryTransaction,
  id: string,
  resolution: ConflictResolution,
): Promise<Uuid | undefined> => {
  const place = placeOfConflictId(id);
  const state = place && (await transaction.stateOf(place.uuid));
  const conflict = state && conflictsIn(state).find((one) => isAt(one, place));
  if (conflict === undefined) throw conflictNotFound(id);
  switch (conflict.kind) {
    case "creation":
      return resolveCreation(transaction, state as LiveEntry, conflict.lostUuid, resolution);
    case "deletion":
      return resolveDeletion(transaction, state as Tombstone, resolution);
    case "overwrite":
      return resolveOverwrite(transaction, state as LiveEntry, conflict, resolution);
  }
};

export const conflictNotFound = (id: string): ReplicaError =>
  new ReplicaError("conflict_not_found", `there is no conflict ${id}: it was settled, or never was one`);

const isAt = (conflict: EntryConflict, { kind, attribute, key }: EntryConflictPlace): boolean =>
  conflict.kind === kind &&
  (conflict.kind !== "overwrite" || (conflict.attribute === attribute && conflict.key === key));

const resolveCreation = async (
  transaction: EntryTransaction,
  loser: LiveEntry,
  holderUuid: Uuid,
  { action, ...options }: ConflictResolution,
): Promise<Uuid | undefined> => {
  loserAt(options, [loser]);
  const holder = await transaction.stateOf(holderUuid);
  await transaction.rewrite(loser.uuid, (state) => deletedEntry(state, transaction.changeId));
  if (action === "keep-winner") return holder?.kind === "live" ? holderUuid : undefined;
  if (action === "restore" || holder?.kind !== "live") return transaction.createCopy(copied(transaction, loser));
  await transaction.takeOver(holderUuid, loser);
  return holderUuid;
};

/** A deleted uuid never lives again: what it held comes back as an entry of its own. */
const resolveDeletion = async (
  transaction: EntryTransaction,
  tombstone: Tombstone,
  { action, ...options }: ConflictResolution,
): Promise<Uuid | undefined> => {
  loserAt(options, [tombstone]);
  await transaction.rewrite(tombstone.uuid, (state) => deletedEntry(state, transaction.changeId));
  return action === "keep-winner" ? undefined : transaction.createCopy(copied(transaction, tombstone));
};

const resolveOverwrite = async (
  transaction: EntryTransaction,
  entry: LiveEntry,
  conflict: OverwriteConflict,
  { action, ...options }: ConflictResolution,
): Promise<Uuid> => {
  const loser = loserAt(options, conflict.losers);
  const kept = action === "keep-loser" ? loser.value : conflict.winner.value;
  const settled = (state: EntryState): EntryState => withWritten(transaction, state, conflict, kept);
  await transaction.rewrite(entry.uuid, settled);
  if (action !== "restore") return entry.uuid;
  const copy = copied(transaction, withWritten(transaction, entry, conflict, loser.value));
  // What is to be unique stays with the entry that is copied.
  for (const attribute of transaction.constraints.unique) if (attribute !== conflict.attribute) copy.delete(attribute);
  return transaction.createCopy(copy);
};

/** `entry` with `value` written at the place of the conflict, over everything that is there. */
const withWritten = (
  { changeId }: EntryTransaction,
  entry: EntryState,
  { attribute, key }: OverwriteConflict,
  value: ValueBytes | undefined,
): EntryState => {
  const state = entry.attributes.get(attribute);
  const written: AttributeState =
    key === undefined
      ? { ...state, register: writtenRegister(state?.register, changeId, value) }
      : {
          ...state,
          map: {
            keys: new Map(state?.map?.keys).set(key, writtenRegister(state?.map?.keys.get(key), changeId, value)),
          },
        };
  return { ...entry, attributes: new Map(entry.attributes).set(attribute, written) };
};

const copied = ({ changeId, constraints }: EntryTransaction, { attributes }: EntryState): Map<string, AttributeState> =>
  visibleCopy(attributes, changeId, constraints.kinds);

const loserAt = <T>({ loser = 0 }: { readonly loser?: number | undefined }, losers: readonly T[]): T => {
  const chosen = losers[loser];
  if (chosen !== undefined) return chosen;
  throw new ReplicaError("invalid_change", `there is no loser ${loser}: there are ${losers.length}, counted from 0`);
};
