import {
  type EntryState,
  newestChangeOfEntry,
  parseUuid,
  settleUnique,
  type UniqueClaim,
  type Uuid,
} from "@concordat/crdt";
import { readValue } from "@concordat/protocol";
import type { Row, Snapshot } from "@concordat/storage";
import { encodeName } from "../conflict/conflict-id.js";
import type { Conflict, ConflictSide } from "../conflict.js";
import type { Database } from "../database/database.js";
import {
  ALL_CONTESTED,
  ALL_INVALID,
  ALL_REFERENCES,
  contestedKey,
  entryKey,
  invalidKey,
  after as rangeAfter,
  referenceKey,
  uuidOfConflictKey,
  uuidsOfReferenceKey,
} from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { stateOf } from "../database/stored-state.js";
import { contentView } from "../read/entry-view.js";
import { CLAIM_KEY_BYTES, type ClaimKey, claimKeyBytes, claimKeyOfBytes, claimsOf } from "./claims.js";
import { regularAmong } from "./mask.js";
import { type Reference, referencesOf } from "./references.js";
import { readClaims } from "./unique-index.js";
import { violationsOf } from "./violations.js";

type Kind = "unique" | "reference" | "invalid";

/** The place of a conflict that the schema makes: what its id names, and the key of its row. */
interface ConstraintPlace {
  readonly kind: Kind;
  readonly key: Uint8Array;
}

const RANGES = { unique: ALL_CONTESTED, reference: ALL_REFERENCES, invalid: ALL_INVALID } as const;

/**
 * `unique.<name of the value>`, `reference.<target>.<referrer>.<attribute>`, `invalid.<uuid>`; `undefined` for another id.
 */
export const constraintPlaceOf = (id: string): ConstraintPlace | undefined => {
  const [kind, first = "", second = "", ...rest] = id.split(".");
  if (kind === "unique" && id === `unique.${first}` && CLAIM_KEY.test(first)) {
    return { kind, key: contestedKey(claimKeyBytes(first as ClaimKey)) };
  }
  const [uuid, other] = [parseUuid(first), parseUuid(second)];
  if (kind === "invalid" && uuid && id === `invalid.${first}`) return { kind, key: invalidKey(uuid) };
  if (kind === "reference" && uuid && other && rest.length === 1) return { kind, key: referenceKey(uuid, other) };
  return undefined;
};

const CLAIM_KEY = new RegExp(`^[0-9a-f]{${2 * CLAIM_KEY_BYTES}}$`);

/**
 * Of one kind, after the one with the id `after`, in the order of their rows and ids. Unique and invalid ones are looked up,
 * references are gone through.
 */
export async function* constraintConflicts(
  database: Database,
  snapshot: Snapshot,
  kind: Kind,
  after: string | undefined,
): AsyncGenerator<Conflict> {
  const place = after === undefined ? undefined : constraintPlaceOf(after);
  if (place) yield* (await conflictsAt(database, snapshot, place)).filter(({ id }) => id > (after as string));
  for await (const rows of pagesOf(snapshot, rangeAfter(RANGES[kind], place?.key))) {
    yield* await conflictsOfRows(database, snapshot, kind, rows);
  }
}

export const findConstraintConflict = async (
  database: Database,
  snapshot: Snapshot,
  id: string,
): Promise<Conflict | undefined> => {
  const place = constraintPlaceOf(id);
  return place && (await conflictsAt(database, snapshot, place)).find((conflict) => conflict.id === id);
};

const conflictsAt = async (
  database: Database,
  snapshot: Snapshot,
  { kind, key }: ConstraintPlace,
): Promise<Conflict[]> => {
  const [value] = await snapshot.getMany([key]);
  return value ? conflictsOfRows(database, snapshot, kind, [{ key, value }]) : [];
};

const conflictsOfRows = (
  database: Database,
  snapshot: Snapshot,
  kind: Kind,
  rows: readonly Row[],
): Promise<Conflict[]> => {
  switch (kind) {
    case "unique":
      return uniqueConflicts(database, snapshot, rows);
    case "reference":
      return referenceConflicts(database, snapshot, rows);
    case "invalid":
      return invalidConflicts(database, snapshot, rows);
  }
};

const uniqueConflicts = async (database: Database, snapshot: Snapshot, rows: readonly Row[]): Promise<Conflict[]> => {
  const { constraints, createHash } = database.index;
  const keys = rows.map(({ key }) => claimKeyOfBytes(key.subarray(1)));
  const claimants = await readClaims(snapshot, keys);
  const uuids = [...claimants.values()].flatMap((claims) => [...claims.keys()]);
  const states = await statesOf(database, snapshot, uuids);
  return keys.flatMap((key) => {
    const { holder, masked } = settleUnique([...(claimants.get(key)?.values() ?? [])], constraints.uniquePolicy);
    const [first] = masked;
    const claim = first && claimsOf(states.get(first.uuid), constraints.unique, createHash).get(key);
    if (first === undefined || claim === undefined) return [];
    const value = readValue(claim.bytes);
    const side = ({ uuid, changeId }: UniqueClaim): ConflictSide => ({ uuid, changeId, value });
    return {
      id: `unique.${key}`,
      kind: "unique" as const,
      uuid: first.uuid,
      attribute: claim.attribute,
      key: undefined,
      message: `${masked.length + (holder ? 1 : 0)} entries have one value of ${JSON.stringify(claim.attribute)}, which is to be unique; ${
        holder ? `entry ${holder.uuid} had it first and shows it` : "none of them shows it"
      }`,
      winner: holder && side(holder),
      losers: masked.map(side),
      resolutions: holder ? (["keep-winner", "keep-loser"] as const) : (["keep-loser"] as const),
    };
  });
};

const referenceConflicts = async (
  database: Database,
  snapshot: Snapshot,
  rows: readonly Row[],
): Promise<Conflict[]> => {
  const pairs = rows.map(({ key }) => uuidsOfReferenceKey(key));
  const regular = await regularAmong(database, snapshot, new Set(pairs.map(({ target }) => target)));
  const dangling = pairs.filter(({ target }) => !regular.has(target));
  const states = await statesOf(
    database,
    snapshot,
    dangling.map(({ referrer }) => referrer),
  );
  const names = database.index.constraints.reference;
  return dangling.flatMap(({ target, referrer }) =>
    referencesOf(states.get(referrer), names)
      .filter((reference) => reference.target === target)
      .map((reference) => referenceConflict(target, referrer, reference))
      .sort((left, right) => (left.id < right.id ? -1 : 1)),
  );
};

const referenceConflict = (target: Uuid, referrer: Uuid, { attribute, changeId, bytes }: Reference): Conflict => ({
  id: `reference.${target}.${referrer}.${encodeName(attribute)}`,
  kind: "reference",
  uuid: referrer,
  attribute,
  key: undefined,
  message: `${JSON.stringify(attribute)} of entry ${referrer} refers to ${target}, which is deleted, a conflict, or not here yet; the reference is hidden until it is there`,
  winner: undefined,
  losers: [{ uuid: referrer, changeId, value: readValue(bytes) }],
  resolutions: ["keep-winner"],
});

const invalidConflicts = async (database: Database, snapshot: Snapshot, rows: readonly Row[]): Promise<Conflict[]> => {
  const uuids = rows.map(({ key }) => uuidOfConflictKey(key));
  const states = await statesOf(database, snapshot, uuids);
  return uuids.flatMap((uuid) => {
    const state = states.get(uuid);
    const violations = violationsOf(state, database.index.constraints);
    if (state === undefined || violations.length === 0) return [];
    const what = violations.map(({ attribute, message }) => `${JSON.stringify(attribute)} ${message}`).join("; ");
    return {
      id: `invalid.${uuid}`,
      kind: "invalid" as const,
      uuid,
      attribute: undefined,
      key: undefined,
      message: `the schema does not accept entry ${uuid}: ${what}; write what is missing or wrong to settle it`,
      winner: undefined,
      losers: [
        {
          uuid,
          changeId: newestChangeOfEntry(state),
          ...contentView(state.attributes, database.index.constraints.kinds),
        },
      ],
      resolutions: [],
    };
  });
};

const statesOf = async (
  database: Database,
  snapshot: Snapshot,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, EntryState>> => {
  const states = new Map<Uuid, EntryState>();
  if (uuids.length === 0) return states;
  const values = await snapshot.getMany(uuids.map(entryKey));
  for (const [index, uuid] of uuids.entries()) {
    const value = values[index];
    if (value) states.set(uuid, stateOf(database, value));
  }
  return states;
};
