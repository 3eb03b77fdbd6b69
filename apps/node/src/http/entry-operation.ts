import type { Uuid, Value } from "@concordat/crdt";
import type { AttributeChange, AttributeChanges, Attributes, Entry, Transaction } from "@concordat/replica";
import { entityTag, failedCondition, type Precondition } from "./entity-tag.js";
import type { Json, JsonObject } from "./json/json.js";
import { pointerTo } from "./json/json-pointer.js";
import { valueFromJson, valueToJson } from "./json/value-json.js";
import { mergePatch } from "./merge-patch.js";
import { Problem } from "./problem.js";

/** One write, whether it came alone or within a transaction. */
export type EntryOperation =
  | { readonly op: "create"; readonly uuid: Uuid | undefined; readonly attributes: Attributes }
  | (Addressed & { readonly op: "put"; readonly attributes: Attributes })
  /** A merge patch of the attributes; `pointer` says where it stands in the body. */
  | (Addressed & { readonly op: "patch"; readonly attributes: JsonObject; readonly pointer: string })
  | (Addressed & { readonly op: "modify"; readonly changes: AttributeChanges })
  | (Addressed & { readonly op: "delete" });

interface Addressed {
  readonly uuid: Uuid;
  readonly precondition: Precondition | undefined;
}

export interface OperationResult {
  readonly uuid: Uuid;
  readonly outcome: "created" | "replaced" | "modified" | "deleted";
}

/** Does `operation` within `transaction`. @throws Problem, ReplicaError or InvalidValue, which undo the transaction. */
export const applyOperation = async (transaction: Transaction, operation: EntryOperation): Promise<OperationResult> => {
  if (operation.op === "create") {
    const uuid = await transaction.create(operation.attributes, operation.uuid ? { uuid: operation.uuid } : {});
    return { uuid, outcome: "created" };
  }
  const { uuid, precondition } = operation;
  if (precondition) await checkPrecondition(transaction, operation, precondition);
  switch (operation.op) {
    case "put":
      return { uuid, outcome: await transaction.put(uuid, operation.attributes) };
    case "patch":
      await transaction.modify(uuid, await patchChanges(transaction, operation));
      return { uuid, outcome: "modified" };
    case "modify":
      await transaction.modify(uuid, operation.changes);
      return { uuid, outcome: "modified" };
    case "delete":
      await transaction.delete(uuid);
      return { uuid, outcome: "deleted" };
  }
};

/**
 * A precondition counts only where the request could succeed without it (RFC 9110, section 13.2.1): an absent entry is
 * a missing one to all but `put`, which creates it.
 */
const checkPrecondition = async (
  transaction: Transaction,
  { op, uuid }: EntryOperation & Addressed,
  precondition: Precondition,
): Promise<void> => {
  const found = await transaction.lookup(uuid);
  if (found.kind === "tombstone" || (found.kind === "absent" && op !== "put")) return;
  demandPrecondition(precondition, found.kind === "live" ? found.entry : undefined);
};

/** @throws Problem `precondition_failed`, with the entry's tag. */
export const demandPrecondition = (precondition: Precondition, entry: Entry | undefined): void => {
  const failed = failedCondition(precondition, entry?.version);
  if (failed === undefined) return;
  const tag = entry && entityTag(entry.version);
  const state = tag === undefined ? "the entry does not exist" : `the entry is at version ${tag}`;
  throw new Problem("precondition_failed", `${state}, which ${failed} rules out: read it again, then decide`, {
    ...(tag !== undefined && { headers: { ETag: tag } }),
  });
};

/** What the patch makes of the attributes that it names. */
const patchChanges = async (
  transaction: Transaction,
  { uuid, attributes, pointer }: EntryOperation & { readonly op: "patch" },
): Promise<AttributeChanges> => {
  const entry = await transaction.get(uuid);
  const current = entry?.attributes ?? {};
  const changes = Object.entries(attributes).map(([name, patch]): [string, AttributeChange] => {
    if (patch === null) return [name, undefined];
    const before = Object.hasOwn(current, name) ? valueToJson(current[name] as Value) : undefined;
    return [name, patchedValue(before, patch, pointerTo(pointer, name))];
  });
  return Object.fromEntries(changes);
};

const patchedValue = (before: Json | undefined, patch: Json, pointer: string): Value =>
  valueFromJson(mergePatch(before, patch), pointer);
