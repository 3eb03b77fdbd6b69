import type { ChangeId, Uuid, Value } from "@concordat/crdt";
import type { Attributes, EntryContent } from "./entry.js";

/** What lost, and against what. Model, section 3. */
export type ConflictKind =
  /** One uuid was created twice; the later creation lives under a derived uuid. */
  | "creation"
  /** An entry was updated while it was being deleted elsewhere. */
  | "deletion"
  /** A register, or a key of a map, was written by several who did not know of each other. */
  | "overwrite"
  /** Several entries claim one value of a unique attribute; those that lost do not show it. */
  | "unique"
  /** An entry refers to one that is not there, or is a conflict itself; the reference is hidden. */
  | "reference"
  /** An entry lacks a required attribute, or holds what a validator does not accept. */
  | "invalid";

/**
 * A conflict that nobody has settled yet. It follows from the merged state and the schema alone: nodes that have the
 * same of both list the same ones.
 */
export interface Conflict {
  /** The same on every node; names kind and place. Opaque. */
  readonly id: string;
  readonly kind: ConflictKind;
  /** The entry that it is about. */
  readonly uuid: Uuid;
  readonly attribute: string | undefined;
  /** Of a map. */
  readonly key: string | undefined;
  /** What won and why, in one sentence. */
  readonly message: string;
  readonly winner: ConflictSide | undefined;
  /** The newest first. */
  readonly losers: readonly ConflictSide[];
  /** What `resolve` can do about it; nothing where only a write to the entry helps, which `message` says. */
  readonly resolutions: readonly ConflictResolution["action"][];
}

/** One of those that met. */
export interface ConflictSide {
  /** The entry that holds it. */
  readonly uuid: Uuid;
  /** When and on which server it was written. */
  readonly changeId: ChangeId;
  /** What was written, where it is about one attribute; `undefined` when it was removed. */
  readonly value?: Value | undefined;
  /** The whole entry, where it is about one; `undefined` when it was deleted. */
  readonly attributes?: Attributes | undefined;
  /** Of a whole entry, as `Entry.unread`. */
  readonly unread?: EntryContent["unread"] | undefined;
}

export interface ConflictResolution {
  /**
   * `keep-winner`: what won stays, and the rest goes. `keep-loser`: the loser takes the winner's place; where that is a
   * deletion, as a new entry, since a deleted uuid never lives again. `restore`: the loser becomes a new entry, and the
   * winner stays.
   */
  readonly action: "keep-winner" | "keep-loser" | "restore";
  /** Which of the losers, counted from 0; the first when left out. */
  readonly loser?: number;
}

export interface ConflictsOptions {
  /** The id of the last one read. */
  readonly after?: string;
  /** At most this many; 100 when left out, 1,000 at the most. */
  readonly limit?: number;
}

export interface ConflictPage {
  readonly conflicts: readonly Conflict[];
  /** For `after`; `undefined` at the end. */
  readonly next: string | undefined;
}
