import * as v from "valibot";
import { type Precondition, preconditionOf } from "./entity-tag.js";
import { AttributesObject, parseShape, UuidText } from "./entry-body.js";
import { attributesFromJson, changesFromJson } from "./entry-json.js";
import type { EntryOperation } from "./entry-operation.js";
import { HTTP_LIMITS } from "./http-limits.js";
import type { Json } from "./json/json.js";
import { pointerTo } from "./json/json-pointer.js";
import { problemOfError } from "./problem-of-error.js";

const Conditions = {
  ifMatch: v.optional(v.string("must be a string as in the header If-Match")),
  ifNoneMatch: v.optional(v.string("must be a string as in the header If-None-Match")),
};

const Operation = v.variant("op", [
  v.strictObject({ op: v.literal("create"), uuid: v.optional(UuidText), attributes: AttributesObject }),
  v.strictObject({ op: v.literal("put"), uuid: UuidText, attributes: AttributesObject, ...Conditions }),
  v.strictObject({ op: v.literal("patch"), uuid: UuidText, attributes: AttributesObject, ...Conditions }),
  v.strictObject({ op: v.literal("modify"), uuid: UuidText, attributes: AttributesObject, ...Conditions }),
  v.strictObject({ op: v.literal("delete"), uuid: UuidText, ...Conditions }),
]);

const Body = v.strictObject({
  operations: v.pipe(
    v.array(
      v.custom<Json>(() => true),
      "must be an array of operations",
    ),
    v.minLength(1, "must hold at least one operation"),
    v.maxLength(
      HTTP_LIMITS.operationsMax,
      `must hold at most ${HTTP_LIMITS.operationsMax} operations: send several transactions`,
    ),
  ),
});

/** The operations of a transaction, in their order. @throws Problem, with the index of the operation at fault. */
export const parseTransactionBody = (body: Json): EntryOperation[] =>
  parseShape(Body, body).operations.map((json, index) => {
    try {
      return operationOf(json, pointerTo("/operations", index));
    } catch (error) {
      throw problemOfError(error).with({ operation: index });
    }
  });

const operationOf = (json: Json, pointer: string): EntryOperation => {
  const operation = parseShape(Operation, json, pointer);
  const attributesPointer = pointerTo(pointer, "attributes");
  switch (operation.op) {
    case "create": {
      const { op, uuid, attributes } = operation;
      return { op, uuid, attributes: attributesFromJson(attributes, attributesPointer) };
    }
    case "put": {
      const { op, uuid, attributes } = operation;
      return { op, uuid, attributes: attributesFromJson(attributes, attributesPointer), ...conditions(operation) };
    }
    case "patch": {
      const { op, uuid, attributes } = operation;
      return { op, uuid, attributes, pointer: attributesPointer, ...conditions(operation) };
    }
    case "modify": {
      const { op, uuid, attributes } = operation;
      return { op, uuid, changes: changesFromJson(attributes, attributesPointer), ...conditions(operation) };
    }
    case "delete": {
      const { op, uuid } = operation;
      return { op, uuid, ...conditions(operation) };
    }
  }
};

const conditions = (operation: {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}): { readonly precondition: Precondition | undefined } => ({
  precondition: preconditionOf(operation.ifMatch, operation.ifNoneMatch),
});
