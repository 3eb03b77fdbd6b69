import {
  type AttributeState,
  type ChangeId,
  type EntryState,
  elementKey,
  type Uuid,
  visibleKind,
  writtenRegister,
} from "@concordat/crdt";
import { encodeValue } from "@concordat/protocol";
import type { Conflict, ConflictResolution, ConflictSide } from "../conflict.js";
import { ReplicaError } from "../replica-error.js";
import type { EntryTransaction } from "../write/entry-transaction.js";

/**
 * Settles a conflict that the schema makes: the value, or the reference, is removed where it is not to stay.
 *
 * @param conflict as it is within the transaction's turn.
 * @returns the entry that keeps the value; of a reference, the entry that lost it.
 * @throws ReplicaError `invalid_change` for what cannot settle a conflict of this kind.
 */
export const resolveConstraintConflict = async (
  transaction: EntryTransaction,
  conflict: Conflict,
  { action, loser = 0 }: ConflictResolution,
): Promise<Uuid> => {
  const chosen = conflict.losers[loser];
  if (!conflict.resolutions.includes(action) || chosen === undefined) throw notSettledBy(conflict, action);
  const sides = [...(conflict.winner ? [conflict.winner] : []), ...conflict.losers];
  const kept = action === "keep-loser" ? chosen : conflict.winner;
  for (const side of sides) if (side !== kept) await remove(transaction, conflict.attribute ?? "", side);
  return (kept ?? chosen).uuid;
};

const remove = (transaction: EntryTransaction, attribute: string, { uuid, value }: ConflictSide): Promise<void> => {
  const bytes = value === undefined ? undefined : encodeValue(value);
  return transaction.rewrite(uuid, (state) => ({
    ...state,
    attributes: new Map(state.attributes).set(attribute, without(state, attribute, bytes, transaction.changeId)),
  }));
};

const without = (
  { attributes }: EntryState,
  attribute: string,
  value: Uint8Array | undefined,
  changeId: ChangeId,
): AttributeState => {
  const state = attributes.get(attribute) ?? {};
  if (value === undefined || visibleKind(state) !== "set") {
    return { ...state, register: writtenRegister(state.register, changeId, undefined) };
  }
  const elements = new Map(state.set?.elements).set(elementKey(value), { changeId, present: false });
  return { ...state, set: { elements } };
};

const notSettledBy = ({ id, resolutions, losers }: Conflict, action: string): ReplicaError =>
  new ReplicaError(
    "invalid_change",
    resolutions.length === 0
      ? `${id} is settled by writing to the entry: its message says what is wrong`
      : `${id} is not settled by ${action}: there are ${resolutions.join(", ")}, and ${losers.length} losers, counted from 0`,
  );
