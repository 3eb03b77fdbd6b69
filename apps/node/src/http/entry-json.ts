import type { Value } from "@concordat/crdt";
import type {
  AttributeChange,
  AttributeChanges,
  Attributes,
  Entry,
  EntryContent,
  UnreadAttribute,
} from "@concordat/replica";
import { isoMicros } from "./iso-micros.js";
import type { Json, JsonObject } from "./json/json.js";
import { pointerTo } from "./json/json-pointer.js";
import { valueFromJson, valueToJson } from "./json/value-json.js";

/** An entry as the API and the command line show it. */
export interface EntryJson {
  readonly uuid: string;
  readonly attributes: JsonObject;
  /** ISO 8601 with microseconds. */
  readonly createdAt: string;
  readonly modifiedAt: string;
  /** The uuid that this entry lost to an earlier creation; left out otherwise. */
  readonly conflictOf?: string;
  /** Attributes of which the schema hides something: see the conflicts. Left out when there are none. */
  readonly hidden?: readonly string[];
  /** By name, attributes of merge kinds that this node does not know. Left out when there are none. */
  readonly unread?: UnreadJson;
}

export type UnreadJson = Readonly<Record<string, UnreadAttributeJson>>;

export interface UnreadAttributeJson {
  /** The name of the kind. */
  readonly merge: string;
  /** What was written, the newest first; several, where they were written without knowing of each other. */
  readonly versions: readonly Json[];
}

export const entryToJson = (entry: Entry): EntryJson => ({
  uuid: entry.uuid,
  attributes: attributesToJson(entry.attributes),
  createdAt: isoMicros(entry.createdAt.ts),
  modifiedAt: isoMicros(entry.modifiedAt.ts),
  ...(entry.conflictOf !== undefined && { conflictOf: entry.conflictOf }),
  ...(entry.hidden.length > 0 && { hidden: entry.hidden }),
  ...unreadMember(entry.unread),
});

/** The member `unread` of whatever shows an entry; nothing where all is read. */
export const unreadMember = (unread: EntryContent["unread"] = {}): { readonly unread?: UnreadJson } =>
  Object.keys(unread).length === 0
    ? {}
    : { unread: mapAttributes<UnreadAttribute, UnreadAttributeJson>(unread, unreadToJson) };

const unreadToJson = ({ merge, versions }: UnreadAttribute): UnreadAttributeJson => ({
  merge,
  versions: versions.map(valueToJson),
});

export const attributesToJson = (attributes: Attributes): JsonObject =>
  mapAttributes<Value, Json>(attributes, (value) => valueToJson(value));

/** @throws InvalidValue, with a pointer below `pointer`. */
export const attributesFromJson = (json: JsonObject, pointer: string): Attributes =>
  mapAttributes<Json, Value>(json, (value, name) => valueFromJson(value, pointerTo(pointer, name)));

/**
 * Changes for `modify`: null removes an attribute; what else an attribute's object means, its merge kind says.
 *
 * @throws InvalidValue, with a pointer below `pointer`.
 */
export const changesFromJson = (json: JsonObject, pointer: string): AttributeChanges =>
  mapAttributes<Json, AttributeChange>(json, (change, name) =>
    change === null ? undefined : valueFromJson(change, pointerTo(pointer, name)),
  );

/** Defines, never assigns: an attribute may bear any name. */
const mapAttributes = <From, To>(
  attributes: Readonly<Record<string, From>>,
  map: (value: From, name: string) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, map(value, name)]));
