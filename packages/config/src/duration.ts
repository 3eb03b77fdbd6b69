const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A hundred years: every sum of durations and times stays exact. */
const durationMsMax = 36_500 * 86_400_000;

export type DurationResult =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly reason: string };

/** The text that `parseDuration` reads as these whole milliseconds, in the greatest unit that divides them: `7d`. */
export const formatDuration = (ms: number): string => {
  const [unit, factor] = Object.entries(unitMs)
    .filter(([name, each]) => name !== "w" && ms % each === 0)
    .reduce((best, next) => (next[1] > best[1] ? next : best));
  return `${ms / factor}${unit}`;
};

/** Parses a number and a unit, `"7d"`: ms, s, m (minutes), h, d or w. Whole milliseconds, more than none. */
export const parseDuration = (text: string): DurationResult => {
  const [, digits, unit] = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-z]+)$/.exec(text) ?? [];
  const factor = unit === undefined || !Object.hasOwn(unitMs, unit) ? undefined : unitMs[unit];
  if (digits === undefined || factor === undefined) {
    return { ok: false, reason: "a duration is a number and a unit: ms, s, m, h, d or w" };
  }
  const ms = Math.round(Number(digits) * factor);
  if (ms < 1) return { ok: false, reason: "this must be more than nothing" };
  return ms > durationMsMax ? { ok: false, reason: "this is longer than a hundred years" } : { ok: true, ms };
};
