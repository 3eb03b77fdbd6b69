import type { Entry, Schema } from "@concordat/replica";
import { valueName } from "./value-name.js";

/**
 * What `entries`, all that a replica shows, do not keep of the constraints of `schema`: a value of a unique attribute is shown
 * once, and a reference is to an entry that is live and holds its own uuid. Invariant 7.
 */
export const constraintProblems = (entries: readonly Entry[], schema: Schema): string[] => {
  const problems: string[] = [];
  const regular = new Set<string>(entries.filter(({ conflictOf }) => conflictOf === undefined).map(({ uuid }) => uuid));
  for (const [attribute, { unique, reference }] of Object.entries(schema)) {
    const shown = new Set<string>();
    for (const { uuid, conflictOf, attributes } of entries) {
      const value = attributes[attribute];
      if (value === undefined) continue;
      const values = Array.isArray(value) ? value : [value];
      if (reference && values.some((target) => !regular.has(String(target))))
        problems.push(`entry ${uuid} shows in ${attribute} a reference to what is not there`);
      if (!unique || conflictOf !== undefined) continue;
      const name = valueName(value);
      if (shown.has(name)) problems.push(`${attribute} ${name} is unique, and shown twice`);
      shown.add(name);
    }
  }
  return problems;
};
