import { parseUuid, type Uuid } from "@concordat/crdt";
import type { AttributeChanges, Attributes } from "@concordat/replica";
import * as v from "valibot";
import { attributesFromJson, changesFromJson } from "./entry-json.js";
import { isJsonObject, type Json, type JsonObject } from "./json/json.js";
import { pointerTo } from "./json/json-pointer.js";
import { Problem } from "./problem.js";

/** Valibot's own records skip names such as `constructor`, which an attribute may bear. */
export const AttributesObject = v.custom<JsonObject>(isJsonObject, "must be an object of attributes");

export const UuidText = v.pipe(
  v.string("must be a uuid"),
  v.check(
    (text) => parseUuid(text) !== undefined,
    "must be a uuid: 36 characters such as 0190f6e4-7d2a-7c3e-9f00-3a5b8c1d2e4f",
  ),
  v.transform((text) => parseUuid(text) as Uuid),
);

/** What a client may leave in an entry that it has read and sends back; it is the node's to say. */
const ReadOnlyMembers = {
  createdAt: v.optional(v.unknown()),
  modifiedAt: v.optional(v.unknown()),
  conflictOf: v.optional(v.unknown()),
  hidden: v.optional(v.unknown()),
  unread: v.optional(v.unknown()),
};

const WholeEntry = v.strictObject({ ...ReadOnlyMembers, uuid: v.optional(UuidText), attributes: AttributesObject });
const AttributesAlone = v.strictObject({ attributes: AttributesObject });

export interface EntryBody {
  readonly uuid: Uuid | undefined;
  readonly attributes: Attributes;
}

/** The body of a creation or a replacement. @throws Problem `invalid_body`, InvalidValue. */
export const parseEntryBody = (body: Json): EntryBody => {
  const { uuid, attributes } = parseShape(WholeEntry, body);
  return { uuid, attributes: attributesFromJson(attributes, "/attributes") };
};

/** The body of a merge patch; nulls stand for removals yet. @throws Problem `invalid_body`. */
export const parsePatchBody = (body: Json): JsonObject => parseShape(AttributesAlone, body).attributes;

/** The body of `modify`. @throws Problem `invalid_body`, InvalidValue. */
export const parseModifyBody = (body: Json): AttributeChanges =>
  changesFromJson(parseShape(AttributesAlone, body).attributes, "/attributes");

/** @throws Problem `invalid_body`, naming the first thing that is wrong by a pointer below `pointer`. */
export const parseShape = <Schema extends v.GenericSchema>(
  schema: Schema,
  json: Json,
  pointer = "",
): v.InferOutput<Schema> => {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = (issue.path ?? []).reduce((parent, { key }) => pointerTo(parent, key as string | number), pointer);
  throw new Problem("invalid_body", `${place || "the body"} ${saying(issue)}`, { members: { pointer: place } });
};

const saying = (issue: v.BaseIssue<unknown>): string => {
  if (issue.type !== "strict_object" && issue.type !== "variant") return issue.message;
  if (issue.expected === "never") return "is not known here";
  if (issue.expected === "Object") return "must be an object";
  if (issue.type === "variant") return `must be one of ${issue.expected}`;
  return issue.input === undefined || issue.received === "undefined" ? "is missing" : issue.message;
};
