import {
  type AttributeState,
  type ElementKey,
  type EntryState,
  elementKey,
  settleUnique,
  type Uuid,
  visibleKind,
} from "@concordat/crdt";
import type { Database } from "../database/database.js";
import { entryKey } from "../database/key-space.js";
import { stateOf } from "../database/stored-state.js";
import { type ClaimKey, claimsOf, isRegular, type ShownValue } from "./claims.js";
import { masksAnything } from "./constraints.js";
import { type Reference, referencesOf, targetsOf } from "./references.js";
import { type RowSource, readClaims } from "./unique-index.js";

/** What readers do not see of one entry: by attribute, the values that are hidden. */
export type Mask = ReadonlyMap<string, ReadonlySet<ElementKey>>;

export const NO_MASK: Mask = new Map();

/**
 * The masks of `states`, in their order: values of unique attributes that another entry keeps, and references to what is
 * not there. Two reads for all of them; none where the schema has no such attribute. Model, section 3.
 */
export const masksOf = async (
  database: Database,
  source: RowSource,
  states: readonly (EntryState | undefined)[],
): Promise<readonly Mask[]> => {
  const { constraints, createHash } = database.index;
  if (!masksAnything(constraints)) return states.map(() => NO_MASK);
  const claims = states.map((state) => claimsOf(state, constraints.unique, createHash));
  const references = states.map((state) => referencesOf(state, constraints.reference));
  const claimants = await readClaims(source, [...new Set(claims.flatMap((ours) => [...ours.keys()]))]);
  const targets = await regularAmong(database, source, targetsOf(references.flat()));
  const isMasked = (key: ClaimKey, uuid: Uuid): boolean =>
    settleUnique([...(claimants.get(key)?.values() ?? [])], constraints.uniquePolicy).masked.some(
      (claim) => claim.uuid === uuid,
    );
  return states.map((_, index) => {
    const lost = [...(claims[index] ?? [])].filter(([key, { uuid }]) => isMasked(key, uuid)).map(([, claim]) => claim);
    const dangling = (references[index] ?? []).filter((reference) => isDangling(reference, targets));
    return maskOf([...lost, ...dangling]);
  });
};

const isDangling = ({ target }: Reference, regular: ReadonlySet<Uuid>): boolean =>
  target === undefined || !regular.has(target);

/** Those of `uuids` that name a live entry which is no conflict. */
export const regularAmong = async (
  database: Database,
  source: RowSource,
  uuids: ReadonlySet<Uuid>,
): Promise<Set<Uuid>> => {
  if (uuids.size === 0) return new Set();
  const all = [...uuids];
  const rows = await source.getMany(all.map(entryKey));
  return new Set(all.filter((_, index) => isRegular(stateOfRow(database, rows[index]))));
};

const stateOfRow = (database: Database, row: Uint8Array | undefined): EntryState | undefined =>
  row && stateOf(database, row);

const maskOf = (hidden: readonly ShownValue[]): Mask => {
  if (hidden.length === 0) return NO_MASK;
  const mask = new Map<string, Set<ElementKey>>();
  for (const { attribute, bytes } of hidden) {
    mask.set(attribute, (mask.get(attribute) ?? new Set()).add(elementKey(bytes)));
  }
  return mask;
};

/** `attributes` without what `mask` hides. An older state of another kind must not show in the place of what is hidden. */
export const maskedAttributes = (
  attributes: ReadonlyMap<string, AttributeState>,
  mask: Mask,
): ReadonlyMap<string, AttributeState> => {
  if (mask.size === 0) return attributes;
  const shown = new Map(attributes);
  for (const [name, hidden] of mask) {
    const state = attributes.get(name);
    const isSet = state !== undefined && visibleKind(state) === "set";
    const elements = [...((isSet && state.set?.elements) || [])].filter(([key]) => !hidden.has(key));
    shown.set(name, isSet ? { set: { elements: new Map(elements) } } : {});
  }
  return shown;
};
