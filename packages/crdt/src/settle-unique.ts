import { type ChangeId, compareChangeIds } from "./change-id.js";
import type { Uuid } from "./uuid.js";

/** One of the live entries that hold one value of a unique attribute, and when it was written there. */
export interface UniqueClaim {
  readonly uuid: Uuid;
  readonly changeId: ChangeId;
}

/** `earliest`: the claim that was written first keeps the value. `all`: where there are several, none does. */
export type UniquePolicy = "earliest" | "all";

export interface SettledClaims {
  /** `undefined` where nobody keeps the value. */
  readonly holder: UniqueClaim | undefined;
  /** Those that are masked, the newest first. */
  readonly masked: readonly UniqueClaim[];
}

/**
 * Who of `claims` shows the value that they all hold. A view of the merged states: it looks at nothing but the claims, so
 * that every node settles alike, whatever came first to it. Pure. Model, section 3.
 */
export const settleUnique = (claims: readonly UniqueClaim[], policy: UniquePolicy): SettledClaims => {
  const newestFirst = [...claims].sort(later);
  if (claims.length < 2) return { holder: newestFirst[0], masked: [] };
  if (policy === "all") return { holder: undefined, masked: newestFirst };
  return { holder: newestFirst.at(-1), masked: newestFirst.slice(0, -1) };
};

/** Claims of one transaction have one change id: then the uuid decides. */
const later = (left: UniqueClaim, right: UniqueClaim): number =>
  compareChangeIds(right.changeId, left.changeId) || (left.uuid < right.uuid ? 1 : -1);
