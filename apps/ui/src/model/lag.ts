import type { LagAnswer } from "../answers/index.js";
import { formatCount, formatDuration } from "./quantity.js";

/** How old the oldest missing change is, or may be; `null` where nothing is known. Pure. */
export const lagMsOf = (lag: LagAnswer | undefined): number | null => {
  if (lag === undefined) return null;
  return 1_000 * (isBound(lag) ? lag.secondsMax : lag.seconds);
};

/** `0 s`, `3.2 s, ≤ 12 changes`; `≤ 2 h` where nothing is known to be missing, and nothing was heard for as long. Pure. */
export const lagText = (lag: LagAnswer | undefined): string => {
  if (lag === undefined) return "not known";
  const duration = formatDuration(lagMsOf(lag) ?? 0);
  return isBound(lag) ? `≤ ${duration}` : duration + changesText(lag.changes);
};

/** The same of a partner that lacks something of this node's. Pure. */
export const behindText = (behind: { readonly seconds: number; readonly changes: number } | undefined): string =>
  behind === undefined ? "not known" : formatDuration(behind.seconds * 1_000) + changesText(behind.changes);

/** Nobody has said that something is missing, and nobody would have. */
const isBound = (lag: LagAnswer): lag is LagAnswer & { readonly secondsMax: number } =>
  lag.changes === undefined && lag.seconds === 0 && lag.secondsMax !== undefined;

const changesText = (changes: number | undefined): string =>
  changes ? `, ≤ ${formatCount(changes)} ${changes === 1 ? "change" : "changes"}` : "";
