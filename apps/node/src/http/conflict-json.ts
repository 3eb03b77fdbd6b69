import type { Conflict, ConflictPage, ConflictSide } from "@concordat/replica";
import { attributesToJson, type UnreadJson, unreadMember } from "./entry-json.js";
import { isoMicros } from "./iso-micros.js";
import type { Json, JsonObject } from "./json/json.js";
import { valueToJson } from "./json/value-json.js";

/** A conflict as the API and the command line show it. */
export interface ConflictJson {
  readonly id: string;
  readonly kind: string;
  readonly uuid: string;
  readonly attribute?: string;
  readonly key?: string;
  readonly message: string;
  readonly winner?: ConflictSideJson;
  readonly losers: readonly ConflictSideJson[];
  readonly resolutions: readonly string[];
}

export interface ConflictSideJson {
  readonly uuid: string;
  /** ISO 8601 with microseconds. */
  readonly writtenAt: string;
  /** Where. */
  readonly server: string;
  /** Of an attribute; left out when it was removed. */
  readonly value?: Json;
  readonly removed?: true;
  /** Of a whole entry; left out when it was deleted. */
  readonly attributes?: JsonObject;
  /** Of a whole entry, as an entry shows it; left out when there is nothing. */
  readonly unread?: UnreadJson;
  readonly deleted?: true;
}

export interface ConflictPageJson {
  readonly conflicts: readonly ConflictJson[];
  readonly next?: string;
}

export const conflictPageToJson = ({ conflicts, next }: ConflictPage): ConflictPageJson => ({
  conflicts: conflicts.map(conflictToJson),
  ...(next !== undefined && { next }),
});

export const conflictToJson = (conflict: Conflict): ConflictJson => {
  const { id, kind, uuid, attribute, key, message, winner, losers, resolutions } = conflict;
  const side = attribute === undefined ? entrySide : valueSide;
  return {
    id,
    kind,
    uuid,
    ...(attribute !== undefined && { attribute }),
    ...(key !== undefined && { key }),
    message,
    ...(winner && { winner: side(winner) }),
    losers: losers.map(side),
    resolutions,
  };
};

const valueSide = (side: ConflictSide): ConflictSideJson => ({
  ...origin(side),
  ...(side.value === undefined ? { removed: true } : { value: valueToJson(side.value) }),
});

const entrySide = (side: ConflictSide): ConflictSideJson => ({
  ...origin(side),
  ...(side.attributes === undefined ? { deleted: true } : { attributes: attributesToJson(side.attributes) }),
  ...unreadMember(side.unread),
});

const origin = ({ uuid, changeId }: ConflictSide) => ({
  uuid,
  writtenAt: isoMicros(changeId.ts),
  server: changeId.server,
});
