import type { PartnerAnswer } from "../answers/index.js";
import { lagMsOf } from "./lag.js";

/** What is kept: five minutes at a sample a second. */
export const LAG_SAMPLES_MAX = 300;

/** Lags of one partner, the oldest first; a gap is a moment at which nothing was known. */
export interface LagHistory {
  readonly atMs: readonly number[];
  readonly lagMs: readonly (number | null)[];
}

/** By origin. */
export type LagHistories = ReadonlyMap<string, LagHistory>;

/** The histories with one more sample of each partner; who is no partner any more is forgotten. Pure. */
export const withLags = (before: LagHistories, partners: readonly PartnerAnswer[], nowMs: number): LagHistories =>
  new Map(
    partners.map((partner) => {
      const { atMs, lagMs } = before.get(partner.origin) ?? EMPTY;
      const keep = 1 - LAG_SAMPLES_MAX;
      return [
        partner.origin,
        { atMs: [...atMs.slice(keep), nowMs], lagMs: [...lagMs.slice(keep), lagMsOf(partner.lag)] },
      ];
    }),
  );

const EMPTY: LagHistory = { atMs: [], lagMs: [] };

/** The highest of them; nothing where none is known. */
export const highestLagMs = ({ lagMs }: LagHistory): number | undefined => {
  const known = lagMs.filter((lag) => lag !== null);
  return known.length === 0 ? undefined : Math.max(...known);
};
