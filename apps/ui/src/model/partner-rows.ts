import type { PartnerAnswer } from "../answers/index.js";
import { behindText, lagText } from "./lag.js";
import { formatAge, formatBytes, formatDuration, formatEntries } from "./quantity.js";
import { type Tone, toneOfState } from "./tone.js";

/** A partner as the table shows it. */
export interface PartnerRow {
  readonly origin: string;
  readonly type: string;
  readonly state: string;
  readonly tone: Tone;
  /** What happens, where it passes by itself; how long there is, where it does not. */
  readonly message: string | undefined;
  /** What it has and this node lacks; nothing where this node does not pull from it. */
  readonly lag: string | undefined;
  /** What this node has and it lacks; nothing where it does not pull from this node. */
  readonly behind: string | undefined;
  /** When each last got something of the other, as far as it does. */
  readonly exchanged: readonly string[];
  readonly received: readonly string[];
  readonly isPaused: boolean;
  /** Whether this node can be refreshed from it. */
  readonly canRefresh: boolean;
}

/** The partners that need somebody first, the rest in the file's order. Pure. */
export const partnerRows = (partners: readonly PartnerAnswer[], nowMs: number): PartnerRow[] =>
  partners
    .map((partner) => partnerRow(partner, nowMs))
    .sort((a, b) => Number(b.tone === "trouble") - Number(a.tone === "trouble"));

const partnerRow = (partner: PartnerAnswer, nowMs: number): PartnerRow => {
  const {
    origin,
    type,
    direction,
    state,
    message,
    lastPullAt,
    lastSuppliedAt,
    entriesApplied,
    bytesReceived,
    forcedRefreshAt,
  } = partner;
  const tone = toneOfState(state);
  const pulls = direction !== "supply";
  const supplies = direction !== "pull";
  return {
    origin,
    type,
    state: state.replaceAll("-", " "),
    tone,
    message: tone === "under-way" ? message : forcedRefreshText(forcedRefreshAt, nowMs),
    lag: pulls ? lagText(partner.lag) : undefined,
    behind: supplies ? behindText(partner.behindBy) : undefined,
    exchanged: [
      ...(pulls ? [`pulled ${ageOf(lastPullAt, nowMs)}`] : []),
      ...(supplies ? [`supplied ${ageOf(lastSuppliedAt, nowMs)}`] : []),
    ],
    received: [formatEntries(entriesApplied), formatBytes(bytesReceived)],
    isPaused: state === "paused",
    canRefresh: pulls && state !== "paused",
  };
};

/** Only when it is near enough to be a reason to hurry. */
const FORCED_REFRESH_SHOWN_MS = 3 * 86_400_000;

const forcedRefreshText = (at: string | undefined, nowMs: number): string | undefined => {
  if (at === undefined) return undefined;
  const leftMs = Date.parse(at) - nowMs;
  if (leftMs > FORCED_REFRESH_SHOWN_MS) return undefined;
  return leftMs > 0 ? `a refresh is needed in ${formatDuration(leftMs)} unless it pulls before` : "a refresh is due";
};

const ageOf = (at: string | undefined, nowMs: number): string => (at === undefined ? "never" : formatAge(at, nowMs));
