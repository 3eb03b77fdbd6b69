import type { LinkState, PartnerStatus, ReplicaStatus } from "@concordat/replica";

/** States in which a link does what it is for, or is about to. */
const WELL = ["in-sync", "catching-up", "refreshing", "supply-only", "never-connected"] as const;

type Well = (typeof WELL)[number];

/** States in which a link needs attention. */
export type Trouble = Exclude<LinkState, Well>;

export const isWell = (state: LinkState): state is Well => (WELL as readonly LinkState[]).includes(state);

/** `degraded` when a link needs attention. */
export const healthOf = ({ partners }: ReplicaStatus): "ok" | "degraded" =>
  partners.every(({ state }) => isWell(state)) ? "ok" : "degraded";

/** How the node is, in one sentence; the worst first. */
export const verdictOf = ({ partners, refresh, totals }: ReplicaStatus): string => {
  const holding = `holding ${counted(totals.liveEntries, "entry", "entries")}`;
  if (refresh) return `Refreshing from ${refresh.origin}, ${shareOf(refresh.entries, refresh.entriesEstimate)}.`;
  if (partners.length === 0) return `On its own, without partners, ${holding}.`;

  const [troubled, ...others] = partners.filter(({ state }) => !isWell(state));
  if (troubled) return `${trouble(troubled)}${andMore(others.length)}; ${holding}.`;

  const pulled = partners.filter(({ state }) => state !== "supply-only");
  if (pulled.length === 0) return `Supplying ${counted(partners.length, "partner", "partners")}, ${holding}.`;
  const inSync = pulled.filter(({ state }) => state === "in-sync").length;
  const all = counted(pulled.length, "partner", "partners");
  if (inSync === pulled.length)
    return `In sync with ${pulled.length === 1 ? pulled[0]?.origin : `all ${all}`}, ${holding}.`;
  return `In sync with ${inSync} of ${all}, the rest on its way; ${holding}.`;
};

const trouble = ({ origin, state }: PartnerStatus): string => `Attention: ${origin} is ${TROUBLES[state] ?? state}`;

const TROUBLES: Partial<Record<LinkState, string>> = {
  paused: "paused",
  "certificate-refused": "refusing this node's certificate",
  "certificate-not-pinned": "showing a certificate that is not pinned here",
  "certificate-expired": "showing a certificate that has expired",
  "certificate-missing": "showing no certificate",
  "name-not-resolved": "a name that does not resolve",
  "domain-mismatch": "of another domain",
  "refresh-required": "ahead by more than it still keeps, so that a refresh is required",
  unwilling: "unwilling to supply this node",
  critical: "in a state from which neither side may supply the other",
  "no-overlap": "not of this topology",
  "clock-skew": "on a clock too far from this node's",
  "duplicate-server-uuid": "using a server uuid that someone else uses too",
  "storage-full": "holding more than there is room for here",
  "protocol-error": "breaking the protocol",
};

const andMore = (count: number): string => (count === 0 ? "" : `, and ${count} more need attention`);

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const shareOf = (entries: number, estimate: number): string =>
  `${entries.toLocaleString("en")} of about ${counted(Math.max(entries, estimate), "entry", "entries")}`;
