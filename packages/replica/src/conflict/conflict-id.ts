import { parseUuid, type Uuid } from "@concordat/crdt";
import type { ConflictKind } from "../conflict.js";

/** Where a conflict is that a merged state holds. */
export interface EntryConflictPlace {
  readonly kind: Extract<ConflictKind, "creation" | "deletion" | "overwrite">;
  readonly uuid: Uuid;
  readonly attribute: string | undefined;
  /** Of a map. */
  readonly key: string | undefined;
}

/**
 * One word for shells and for paths: `overwrite.<uuid>.<attribute>.<key>`. Of names, what is no letter, digit, `-` or `_` is
 * written as `~` and two hexadecimal digits for each of its bytes in UTF-8.
 */
export const conflictIdOf = ({ kind, uuid, attribute, key }: EntryConflictPlace): string =>
  [kind, uuid, ...[attribute, key].filter((name) => name !== undefined).map(encodeName)].join(".");

/** `undefined` for a text that is not `conflictIdOf` of anything. */
export const placeOfConflictId = (id: string): EntryConflictPlace | undefined => {
  const [kind = "", uuidText = "", ...names] = id.split(".");
  const uuid = parseUuid(uuidText);
  if (uuid === undefined || !isEntryKind(kind) || names.length > 2) return undefined;
  try {
    const [attribute, key] = names.map(decodeName);
    const place = { kind, uuid, attribute, key };
    return conflictIdOf(place) === id ? place : undefined;
  } catch {
    return undefined;
  }
};

/** A name as ids write it. */
export const encodeName = (name: string): string =>
  encodeURIComponent(name)
    .replace(/[.!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%", "~");

const decodeName = (text: string): string => decodeURIComponent(text.replaceAll("~", "%"));

const isEntryKind = (kind: string): kind is EntryConflictPlace["kind"] =>
  kind === "creation" || kind === "deletion" || kind === "overwrite";
