import { type EntryState, parseUuid, type Uuid } from "@concordat/crdt";
import { readValue } from "@concordat/protocol";
import { type ShownValue, shownValues } from "./claims.js";

/** A value of a reference attribute; without a target, when it is no uuid at all. */
export interface Reference extends ShownValue {
  readonly target: Uuid | undefined;
}

export const referencesOf = (state: EntryState | undefined, names: readonly string[]): Reference[] => {
  if (state?.kind !== "live" || names.length === 0) return [];
  return shownValues(state, names).map((value) => {
    const decoded = readValue(value.bytes);
    return { ...value, target: typeof decoded === "string" ? parseUuid(decoded) : undefined };
  });
};

/** The targets of `references`, each once. */
export const targetsOf = (references: readonly Reference[]): Set<Uuid> =>
  new Set(references.map(({ target }) => target).filter((target) => target !== undefined));
