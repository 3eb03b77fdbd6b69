import type { EntryState, Uuid } from "@concordat/crdt";
import type { Operation } from "@concordat/storage";
import { invalidKey, referenceKey } from "../database/key-space.js";
import type { Constraints } from "./constraints.js";
import { referencesOf, targetsOf } from "./references.js";
import { violationsOf } from "./violations.js";

const PRESENT = new Uint8Array(0);

/** The rows that follow from one entry and the schema alone: whom it refers to, and whether it is acceptable. */
export const constraintOperations = (
  constraints: Constraints,
  uuid: Uuid,
  before: EntryState | undefined,
  after: EntryState | undefined,
): Operation[] => {
  const operations: Operation[] = [];
  const [had, has] = [before, after].map((state) => targetsOf(referencesOf(state, constraints.reference))) as [
    Set<Uuid>,
    Set<Uuid>,
  ];
  for (const target of had)
    if (!has.has(target)) operations.push({ key: referenceKey(target, uuid), value: undefined });
  for (const target of has) if (!had.has(target)) operations.push({ key: referenceKey(target, uuid), value: PRESENT });
  const [wasInvalid, isInvalid] = [before, after].map((state) => violationsOf(state, constraints).length > 0);
  if (wasInvalid !== isInvalid) operations.push({ key: invalidKey(uuid), value: isInvalid ? PRESENT : undefined });
  return operations;
};
