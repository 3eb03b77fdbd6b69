import { isJsonObject, type Json } from "../http/json/json.js";
import { JsonError } from "../http/json/json-error.js";
import { parseJson } from "../http/json/parse-json.js";

/** A line of NDJSON as the operation that imports it, or what is wrong with it. */
export type ImportLine =
  | {
      readonly kind: "operation";
      readonly json: string;
      /** Whether the entry has attributes that nobody here can write: those of users' merge kinds, as `export` shows them. */
      readonly hasUnread: boolean;
    }
  | { readonly kind: "empty" }
  | { readonly kind: "bad"; readonly message: string };

/**
 * Reads `{"uuid": "…" (optional), "attributes": {…}}`, and what `export` writes. With a uuid the entry is put, so that
 * the same file can be imported again; without one it is put under the line's, or created where that has none. Pure.
 */
export const parseImportLine = (text: string | undefined, uuidOfLine?: string): ImportLine => {
  if (text === undefined) return bad("is not valid UTF-8");
  if (text.trim() === "") return { kind: "empty" };
  let json: Json;
  try {
    json = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return bad(`is not the JSON that it should be, at column ${error.column}: ${error.message}`);
  }
  if (!isJsonObject(json)) return bad('is no object: write {"attributes": {…}}');
  const unknown = Object.keys(json).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) {
    return bad(
      `has ${JSON.stringify(unknown)} beside "attributes": what belongs to the entry goes inside "attributes"`,
    );
  }
  const { uuid, attributes } = json;
  if (!isJsonObject(attributes)) return bad('has no "attributes" object');
  if (uuid !== undefined && typeof uuid !== "string") return bad('has a "uuid" that is no string');
  const known = uuid ?? uuidOfLine;
  const operation = known === undefined ? { op: "create", attributes } : { op: "put", uuid: known, attributes };
  return { kind: "operation", json: JSON.stringify(operation), hasUnread: json.unread !== undefined };
};

/** What an exported entry has beside its uuid and attributes is this node's to say anew. */
const MEMBERS: ReadonlySet<string> = new Set([
  "uuid",
  "attributes",
  "createdAt",
  "modifiedAt",
  "conflictOf",
  "hidden",
  "unread",
]);

const bad = (message: string): ImportLine => ({ kind: "bad", message });
