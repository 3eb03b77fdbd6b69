import type { Entry } from "@concordat/replica";
import { entityTag } from "./entity-tag.js";
import { entryToJson } from "./entry-json.js";

const JSON_TYPE = "application/json";

export const jsonResponse = (body: unknown, status: number, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": JSON_TYPE, ...headers } });

/** An entry, with its tag. */
export const entryResponse = (entry: Entry, status: number, headers: Readonly<Record<string, string>> = {}): Response =>
  jsonResponse(entryToJson(entry), status, { ETag: entityTag(entry.version), ...headers });
