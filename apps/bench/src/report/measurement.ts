/** One figure of a workload. */
export interface Measurement {
  /** W1 to W10, as `docs/performance.md` lists them. */
  readonly workload: string;
  /** Whose figure it is: `concordat`, a peer, or a limit of the machine. */
  readonly subject: string;
  /** What was done, with its size. */
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** The figure of the same run that this one is to be held against, and where it is the better one. */
  readonly limit?: { readonly subject: string; readonly value: number };
  readonly goal?: Goal;
  /** What this subject does not do that ours does: `not durable`, `not encrypted`. */
  readonly lacks?: readonly string[];
}

export type Unit = "/s" | "ms" | "bytes" | "MiB" | "times";

/** What the figure, or with `ratio` its ratio to the limit, has to reach. */
export type Goal =
  | { readonly kind: "at least" | "at most"; readonly value: number }
  | { readonly kind: "ratio at least" | "ratio at most"; readonly value: number };

/** The figure over its limit; `undefined` without one. */
export const ratioOf = ({ value, limit }: Measurement): number | undefined => limit && value / limit.value;

/** `undefined` without a goal. */
export const reachesGoal = (measurement: Measurement): boolean | undefined => {
  const { goal, value } = measurement;
  switch (goal?.kind) {
    case "at least":
      return value >= goal.value;
    case "at most":
      return value <= goal.value;
    case "ratio at least":
      return (ratioOf(measurement) ?? 0) >= goal.value;
    case "ratio at most":
      return (ratioOf(measurement) ?? Number.POSITIVE_INFINITY) <= goal.value;
    case undefined:
      return undefined;
  }
};

export const perSecond = (count: number, ms: number): number => (count * 1_000) / ms;

/** The one in the middle; of an even number the lower of the two. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** The least value that at least `percent` percent of them do not pass. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
};
