import { isJsonObject, type Json, type JsonObject } from "./json/json.js";
import { isTagged } from "./json/value-json.js";

/**
 * JSON Merge Patch (RFC 7396, section 2): `target` after `patch`; neither is changed. An object that stands for bytes
 * or an integer is a value, not an object: it replaces, and is replaced, as a whole.
 */
export const mergePatch = (target: Json | undefined, patch: Json): Json => {
  if (!isMergeable(patch)) return patch;
  const result = new Map(isMergeable(target) ? Object.entries(target) : []);
  for (const [name, member] of Object.entries(patch)) {
    if (member === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), member));
  }
  return Object.fromEntries(result);
};

const isMergeable = (json: Json | undefined): json is JsonObject => isJsonObject(json) && !isTagged(json);
