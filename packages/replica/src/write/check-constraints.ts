import type { EntryState, Uuid } from "@concordat/crdt";
import type { ClaimKey } from "../constraint/claims.js";
import type { ClaimChanges } from "../constraint/unique-index.js";
import { violationsOf } from "../constraint/violations.js";
import type { WriteBatch } from "../database/write-batch.js";
import { ReplicaError } from "../replica-error.js";

/**
 * Holds what a transaction has made of entries to the schema, as the transaction ends: it may swap two unique values, and an
 * entry that was unacceptable before may stay so, as long as nothing is added to that.
 *
 * @throws ReplicaError `unique_violation`, `entry_invalid`; nothing of the transaction is then applied.
 */
export const checkConstraints = async (batch: WriteBatch, written: ReadonlyMap<Uuid, EntryState>): Promise<void> => {
  checkValues(batch, written);
  await checkUnique(batch, written);
};

const checkValues = (batch: WriteBatch, written: ReadonlyMap<Uuid, EntryState>): void => {
  const { constraints } = batch.database.index;
  for (const [uuid, state] of written) {
    const known = new Set(violationsOf(batch.current(uuid), constraints).map(({ attribute }) => attribute));
    const added = violationsOf(state, constraints).find(({ attribute }) => !known.has(attribute));
    if (added) {
      const place = `attribute ${JSON.stringify(added.attribute)} of entry ${uuid}`;
      const message = `the schema does not accept it: ${place}: ${added.message}`;
      throw new ReplicaError("entry_invalid", message, { entry: uuid });
    }
  }
};

const checkUnique = async (batch: WriteBatch, written: ReadonlyMap<Uuid, EntryState>): Promise<void> => {
  const { claims } = batch;
  if (claims === undefined) return;
  const made = [...written].map(([uuid, state]) => ({ uuid, keys: claims.replace(uuid, batch.current(uuid), state) }));
  try {
    await claims.load(batch.database.store);
    for (const { uuid, keys } of made) for (const key of keys) expectSoleClaimant(claims, key, uuid);
  } catch (error) {
    // Other transactions share the batch.
    for (const [uuid, state] of written) claims.replace(uuid, state, batch.current(uuid));
    throw error;
  }
};

const expectSoleClaimant = (claims: ClaimChanges, key: ClaimKey, uuid: Uuid): void => {
  const other = [...claims.claimants(key).keys()].find((claimant) => claimant !== uuid);
  if (other === undefined) return;
  const attribute = claims.attributeOf(key);
  throw new ReplicaError(
    "unique_violation",
    `attribute ${JSON.stringify(attribute)} of entry ${uuid} is to be unique, and entry ${other} has that value already: take another, or change that entry first`,
    { entry: uuid },
  );
};
