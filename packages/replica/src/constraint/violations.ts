import { type EntryState, shownNamed } from "@concordat/crdt";
import { visibleValue } from "../read/entry-view.js";
import { issuesOf } from "../standard-schema.js";
import type { Constraints } from "./constraints.js";
import { referencesOf } from "./references.js";

/** One thing that the schema does not accept of an entry. */
export interface Violation {
  readonly attribute: string;
  readonly message: string;
}

/**
 * What the schema does not accept of `state`: required attributes that it lacks, references to what cannot be an entry,
 * values that validators refuse.
 */
export const violationsOf = (state: EntryState | undefined, constraints: Constraints): Violation[] => {
  if (state?.kind !== "live") return [];
  const violations: Violation[] = [];
  for (const attribute of constraints.required) {
    if (isMissing(state, attribute, constraints)) violations.push({ attribute, message: "is required, and missing" });
  }
  for (const { attribute, target } of referencesOf(state, constraints.reference)) {
    if (target === undefined) violations.push({ attribute, message: "refers to what is no uuid" });
  }
  for (const [attribute, validator] of constraints.validators) {
    const value = shown(state, attribute, constraints);
    if (value === undefined) continue;
    for (const message of issuesOf(validator, value)) violations.push({ attribute, message });
  }
  return violations;
};

/** What is not read here is there all the same. */
const isMissing = (state: EntryState, attribute: string, constraints: Constraints): boolean => {
  const kinds = state.attributes.get(attribute);
  return kinds === undefined || (shownNamed(kinds) === undefined && shown(state, attribute, constraints) === undefined);
};

const shown = ({ attributes }: EntryState, attribute: string, { kinds }: Constraints): unknown => {
  const state = attributes.get(attribute);
  return state && visibleValue(state, kinds.get(attribute));
};
