import {
  type CreationConflict,
  conflictsIn,
  deletedAtOf,
  type EntryConflict,
  type EntryState,
  newestChangeOfEntry,
  type OverwriteConflict,
  type Tombstone,
  type Uuid,
  type Version,
} from "@concordat/crdt";
import { readValue } from "@concordat/protocol";
import type { Conflict, ConflictSide } from "../conflict.js";
import type { KnownKinds } from "../constraint/constraints.js";
import type { EntryContent } from "../entry.js";
import { contentView } from "../read/entry-view.js";
import { conflictIdOf } from "./conflict-id.js";

/** The uuid whose state the conflicts of `state` speak of as well: that of the creation which it lost its uuid to. */
export const holderUuidOf = (state: EntryState): Uuid | undefined =>
  state.kind === "live" ? state.conflictOf : undefined;

/** The conflicts that `state` holds, in the order of their ids. Pure. */
export const conflictViews = (state: EntryState, holder: EntryState | undefined, kinds: KnownKinds): Conflict[] =>
  conflictsIn(state)
    .map((conflict) => viewOf(state, conflict, holder, kinds))
    .sort((left, right) => (left.id < right.id ? -1 : 1));

const viewOf = (
  state: EntryState,
  conflict: EntryConflict,
  holder: EntryState | undefined,
  kinds: KnownKinds,
): Conflict => {
  switch (conflict.kind) {
    case "creation":
      return creationView(state, conflict, holder, kinds);
    case "deletion":
      return deletionView(state as Tombstone, kinds);
    case "overwrite":
      return overwriteView(state, conflict);
  }
};

const creationView = (
  state: EntryState,
  { lostUuid }: CreationConflict,
  holder: EntryState | undefined,
  kinds: KnownKinds,
): Conflict => ({
  ...placed("creation", state.uuid),
  message: `entry ${lostUuid} was created twice; the earlier creation has the uuid, the later one lives as ${state.uuid}`,
  winner: holder && { uuid: lostUuid, changeId: holder.createdAt, ...liveContent(holder, kinds) },
  losers: [{ uuid: state.uuid, changeId: state.createdAt, ...liveContent(state, kinds) }],
  resolutions: ["keep-winner", "keep-loser", "restore"],
});

const deletionView = (state: Tombstone, kinds: KnownKinds): Conflict => ({
  ...placed("deletion", state.uuid),
  message: `entry ${state.uuid} was changed while it was being deleted elsewhere; the deletion won`,
  winner: { uuid: state.uuid, changeId: deletedAtOf(state), attributes: undefined },
  losers: [{ uuid: state.uuid, changeId: newestUpdateOf(state), ...contentView(state.attributes, kinds) }],
  resolutions: ["keep-winner", "keep-loser", "restore"],
});

const overwriteView = (state: EntryState, { attribute, key, winner, losers }: OverwriteConflict): Conflict => {
  const side = ({ changeId, value }: Version): ConflictSide => ({
    uuid: state.uuid,
    changeId,
    value: value && readValue(value),
  });
  const place =
    key === undefined
      ? `attribute ${JSON.stringify(attribute)}`
      : `key ${JSON.stringify(key)} of ${JSON.stringify(attribute)}`;
  return {
    ...placed("overwrite", state.uuid, attribute, key),
    message: `${place} was written at the same time on servers that did not know of each other's write; the latest is shown`,
    winner: side(winner),
    losers: losers.map(side),
    resolutions: ["keep-winner", "keep-loser", "restore"],
  };
};

const placed = (
  kind: "creation" | "deletion" | "overwrite",
  uuid: Uuid,
  attribute?: string,
  key?: string,
): Pick<Conflict, "id" | "kind" | "uuid" | "attribute" | "key"> => ({
  id: conflictIdOf({ kind, uuid, attribute, key }),
  kind,
  uuid,
  attribute,
  key,
});

const liveContent = (state: EntryState, kinds: KnownKinds): EntryContent | { readonly attributes: undefined } =>
  state.kind === "live" ? contentView(state.attributes, kinds) : { attributes: undefined };

/** The newest change of what the entry holds, the deletion apart. */
const newestUpdateOf = ({ deletion, ...identity }: Tombstone) => newestChangeOfEntry({ ...identity, kind: "live" });
