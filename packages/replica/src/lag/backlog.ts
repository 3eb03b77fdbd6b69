import type { Ruv, ServerUuid } from "@concordat/crdt";

/** What one replica lacks of what another has: of each server, the time (microseconds) of the oldest change that is known to be missing. */
export type Backlog = ReadonlyMap<ServerUuid, number>;

export const NO_BACKLOG: Backlog = new Map();

/**
 * The backlog of who has seen `has`, against who has seen `offered`. Vectors say up to when, not what lies between: a change that
 * is first heard of is as old as its server's `seen`; once part of it has come, the rest is no older than what came last.
 * Pure; O(rows of `offered`).
 */
export const nextBacklog = (before: Backlog, has: Ruv, offered: Ruv): Backlog => {
  const next = new Map<ServerUuid, number>();
  for (const [server, { seen }] of offered) {
    const reached = has.get(server)?.seen ?? 0;
    if (seen > reached) next.set(server, Math.min(seen, Math.max(before.get(server) ?? seen, reached + 1)));
  }
  return next.size === 0 ? NO_BACKLOG : next;
};

/** The oldest of them, in microseconds since the Unix epoch. */
export const oldestOf = (backlog: Backlog): number | undefined =>
  backlog.size === 0 ? undefined : Math.min(...backlog.values());
