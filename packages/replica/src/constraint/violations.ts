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
    if (isMissing(state, attribute)) violations.push({ attribute, message: "is required, and missing" });
  }
  for (const { attribute, target } of referencesOf(state, constraints.reference)) {
    if (target === undefined) violations.push({ attribute, message: "refers to what is no uuid" });
  }
  for (const [attribute, validator] of constraints.validators) {
    const value = shown(state, attribute);
    if (value === undefined) continue;
    for (const message of issuesOf(validator, value)) violations.push({ attribute, message });
  }
  return violations;
};

/** What is not read here is there all the same. */
const isMissing = ({ attributes }: EntryState, attribute: string): boolean => {
  const kinds = attributes.get(attribute);
  return kinds === undefined || (visibleValue(kinds) === undefined && shownNamed(kinds) === undefined);
};

const shown = (state: EntryState, attribute: string): unknown => {
  const kinds = state.attributes.get(attribute);
  return kinds && visibleValue(kinds);
};
