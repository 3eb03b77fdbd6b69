import { PROBLEMS, problemType } from "../problem.js";
import { conflictSchemas } from "./conflict-schemas.js";
import { type OpenapiObject, ref } from "./openapi-object.js";
import { operationSchemas } from "./operation-schemas.js";
import { statusSchemas } from "./status-schemas.js";

const TIME = { type: "string", format: "date-time", description: "UTC, with microseconds." };
const UUID = { type: "string", format: "uuid" };

/** Strict object: `properties`, all required but those named in `optional`. */
const object = (properties: OpenapiObject, optional: readonly string[] = []): OpenapiObject => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const ATTRIBUTES = { type: "object", additionalProperties: ref("Value") };

const PATCH = {
  description: "A value, null to remove, or an object whose members are merged in turn.",
  anyOf: [{ type: "null" }, ref("Value"), { type: "object", additionalProperties: ref("Patch") }],
};

const CHANGE = {
  description: "By the attribute's merge kind; a plain value replaces, null removes.",
  anyOf: [
    { type: "null" },
    ref("Value"),
    object({ add: { type: "array", items: ref("Value") }, remove: { type: "array", items: ref("Value") } }, [
      "add",
      "remove",
    ]),
    object({ set: ATTRIBUTES, remove: { type: "array", items: { type: "string" } } }, ["set", "remove"]),
    object({ increment: { type: "integer" } }),
  ],
};

const READ_ONLY = { ...TIME, readOnly: true };

const HIDDEN = {
  type: "array",
  items: { type: "string" },
  description: "Attributes of which a constraint of the schema hides something: the conflicts say what.",
};

const UNREAD = {
  type: "object",
  additionalProperties: object({
    merge: { type: "string", description: "The name of the kind." },
    versions: { type: "array", items: ref("Value"), description: "What was written, the newest first." },
  }),
  description:
    "Attributes of merge kinds that this node does not know: kept and passed on, not to be written here, but removed by null.",
};

export const schemas: OpenapiObject = {
  Value: {
    description: "JSON without null. A `set` shows as an array, a `map` as an object, a `counter` as a number.",
    type: ["string", "number", "boolean", "array", "object"],
    items: ref("Value"),
    additionalProperties: ref("Value"),
  },
  Patch: PATCH,
  Change: CHANGE,
  Entry: object(
    {
      uuid: UUID,
      attributes: ATTRIBUTES,
      createdAt: TIME,
      modifiedAt: TIME,
      conflictOf: UUID,
      hidden: HIDDEN,
      unread: UNREAD,
    },
    ["conflictOf", "hidden", "unread"],
  ),
  NewEntry: object(
    {
      uuid: UUID,
      attributes: ATTRIBUTES,
      createdAt: READ_ONLY,
      modifiedAt: READ_ONLY,
      conflictOf: { ...UUID, readOnly: true },
      hidden: { ...HIDDEN, readOnly: true },
      unread: { ...UNREAD, readOnly: true },
    },
    ["uuid", "createdAt", "modifiedAt", "conflictOf", "hidden", "unread"],
  ),
  EntryPatch: object({ attributes: { type: "object", additionalProperties: ref("Patch") } }),
  EntryChanges: object({ attributes: { type: "object", additionalProperties: ref("Change") } }),
  EntryPage: object({ entries: { type: "array", items: ref("Entry") }, next: { type: "string" } }, ["next"]),
  Problem: {
    type: "object",
    properties: {
      type: { type: "string", enum: Object.keys(PROBLEMS).map((code) => problemType(code as keyof typeof PROBLEMS)) },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string", description: "What happened here, and the remedy." },
      pointer: { type: "string", description: "Where in the body: a JSON pointer (RFC 6901)." },
      operation: { type: "integer", description: "Which operation of a transaction, counted from 0." },
      offset: { type: "integer" },
      line: { type: "integer" },
      column: { type: "integer" },
      position: { type: "integer", description: "Which character of the filter, counted from 1." },
      deletedAt: TIME,
    },
    required: ["type", "title", "status", "detail"],
  },
  ...conflictSchemas({ object, attributes: ATTRIBUTES, unread: UNREAD, uuid: UUID, time: TIME }),
  ...operationSchemas({ object, attributes: ATTRIBUTES, uuid: UUID }),
  ...statusSchemas({ object, time: TIME, uuid: UUID }),
};
