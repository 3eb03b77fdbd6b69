/** What a node knows of the time when it decides what is old enough to be purged. */
export interface PurgeClocks {
  /** Its own clock, in microseconds since the Unix epoch. */
  readonly localMicros: number;
  /** The newest of the clocks that partners told, as it stands by now; `undefined` while none was heard. */
  readonly partnersMicros: number | undefined;
  /** Whether there are partners who could be asked. */
  readonly hasPartners: boolean;
}

export interface PurgeAges {
  readonly changelogMaxAgeMs: number;
  readonly clockSkewMaxMs: number;
}

/**
 * Deletions and removal marks up to this time, in microseconds, may be purged; `undefined` while nothing may, since no
 * partner's clock was heard. Age is measured on the slower of the local clock and the partners' newest, plus the skew
 * that is allowed: one clock that jumps ahead purges nothing early. Pure. Model, section 7.
 */
export const purgeHorizonMicros = (
  { localMicros, partnersMicros, hasPartners }: PurgeClocks,
  { changelogMaxAgeMs, clockSkewMaxMs }: PurgeAges,
): number | undefined => {
  if (hasPartners && partnersMicros === undefined) return undefined;
  const trusted = partnersMicros === undefined ? Number.POSITIVE_INFINITY : partnersMicros + clockSkewMaxMs * 1_000;
  return Math.max(0, Math.min(localMicros, trusted) - changelogMaxAgeMs * 1_000);
};
