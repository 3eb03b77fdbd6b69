import type { Certificate } from "@concordat/identity";

const DAY_MS = 86_400_000;

/** How long partners that are away have to hear of the successor. */
export const OVERLAP_MS = 14 * DAY_MS;

/** What is left of the old certificate when the node goes over at the latest. */
const MARGIN_MS = DAY_MS;

/** How long before it is made a certificate is valid already; `createIdentity`. */
const BACKDATE_MS = 5 * 60_000;

export interface SwitchDecision {
  readonly kind: "wait" | "all-have-it" | "overlap-over";
  readonly having: readonly string[];
  readonly waitingFor: readonly string[];
  /** When the node goes over at the latest. */
  readonly untilMs: number;
}

/**
 * Whether the node goes over to its successor now: when every partner has it, or, once any has it, when the overlap of 14 days is over,
 * and a day before the current certificate expires at the latest. Pure.
 */
export const decideSwitch = (
  current: Pick<Certificate, "notAfterMs">,
  successor: Pick<Certificate, "notBeforeMs">,
  partners: { readonly all: readonly string[]; readonly having: ReadonlySet<string> },
  nowMs: number,
): SwitchDecision => {
  const untilMs = Math.min(successor.notBeforeMs + BACKDATE_MS + OVERLAP_MS, current.notAfterMs - MARGIN_MS);
  const having = partners.all.filter((origin) => partners.having.has(origin));
  const waitingFor = partners.all.filter((origin) => !partners.having.has(origin));
  // A certificate that nobody accepts is worse than the current one, whatever this node's clock says.
  const isOverlapOver = nowMs >= untilMs && having.length > 0;
  const kind = waitingFor.length === 0 ? "all-have-it" : isOverlapOver ? "overlap-over" : "wait";
  return { kind, having, waitingFor, untilMs };
};

/** Whether a renewal is due. Pure. @param renewBeforeMs `undefined`: never. */
export const isRenewalDue = (
  { notAfterMs }: Pick<Certificate, "notAfterMs">,
  renewBeforeMs: number | undefined,
  nowMs: number,
): boolean => renewBeforeMs !== undefined && nowMs >= notAfterMs - renewBeforeMs;
