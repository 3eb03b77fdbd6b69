import { type AttributeState, unseenAttribute } from "./attribute-state.js";
import { knownTo } from "./causal-context.js";
import type { Tombstone } from "./entry-state.js";
import { versionsOf } from "./register-state.js";
import type { Seen } from "./ruv.js";

/**
 * What was written to an entry while it was being deleted elsewhere: the attributes with changes that none of its
 * deletions knew of; `undefined` when there are none. Model, section 3.
 */
export const lostUpdates = (tombstone: Tombstone): ReadonlyMap<string, AttributeState> | undefined => {
  const known = knownToAny(tombstone);
  let lost: Map<string, AttributeState> | undefined;
  for (const [name, state] of tombstone.attributes) {
    const unknown = unseenAttribute(state, known);
    if (unknown === undefined) continue;
    lost ??= new Map();
    lost.set(name, unknown);
  }
  return lost;
};

const knownToAny = ({ deletion }: Tombstone): Seen => {
  const [first, ...others] = versionsOf(deletion).map(knownTo);
  if (first === undefined || others.length === 0) return first ?? (() => 0);
  return (server) => Math.max(first(server), ...others.map((known) => known(server)));
};
