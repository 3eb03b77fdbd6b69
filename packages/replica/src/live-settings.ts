/** What of a replica's settings changes while it runs (`Replica.adjust`); durations in milliseconds. */
export interface LiveSettings {
  /** The fallback behind push. */
  readonly pollIntervalMs: number;
  /** A change stamped further ahead of the local clock is not applied. */
  readonly clockSkewMaxMs: number;
  /** How long deletions and removal marks are kept. */
  readonly changelogMaxAgeMs: number;
  /** Refuse local writes with `read_only`; replication goes on. */
  readonly readOnly: boolean;
}

export type LiveChanges = { readonly [Name in keyof LiveSettings]?: LiveSettings[Name] | undefined };

/** The settings that are given, over `before`: what is left out or undefined stays. Pure. */
export const adjusted = (before: LiveSettings, changes: LiveChanges): LiveSettings => ({
  ...before,
  ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
});
