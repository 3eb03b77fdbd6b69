import type { LinkState, PartnerStatus, ReplicaStatus } from "@concordat/replica";

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reasons: readonly string[] };

/** States that no waiting mends: what this node serves may be stale, or of another database. */
const BLOCKED: ReadonlySet<LinkState> = new Set([
  "domain-mismatch",
  "refresh-required",
  "refreshing",
  "critical",
  "no-overlap",
  "duplicate-server-uuid",
]);

/**
 * Whether clients should be sent to this node. It is not ready while a link that it pulls over is blocked (a refresh is
 * required, the domain is another, …), whatever the others do. Nor is it before it ever had anything from a partner; a node
 * that restarts while its partners are away has, and serves. Decision 0018.
 */
export const readinessOf = (status: ReplicaStatus): Readiness => {
  // A pause is the operator's, and says nothing of what this node serves.
  const pulled = status.partners.filter(({ type, state }) => type !== "allow-pull" && state !== "paused");
  if (pulled.length === 0) return { ready: true };
  const blocked = pulled.filter(({ state }) => BLOCKED.has(state));
  if (blocked.length > 0) return { ready: false, reasons: blocked.map(reason) };
  return hasPulled(status)
    ? { ready: true }
    : { ready: false, reasons: ["nothing was pulled yet", ...pulled.map(reason)] };
};

const reason = ({ origin, state, message, remedy }: PartnerStatus): string =>
  [`${origin} is ${state}`, message, remedy].filter(Boolean).join(": ");

/** Changes of another server got here over some link, now or before a restart. */
const hasPulled = ({ serverUuid, ruv, partners }: ReplicaStatus): boolean =>
  partners.some(({ lastPullAtMicros }) => lastPullAtMicros !== undefined) ||
  [...ruv].some(([server, { seen }]) => server !== serverUuid && seen > 0);
