import type { Replica } from "@concordat/replica";

const COUNTED_MAX = 1_000;
const RECOUNT_AFTER_MS = 30_000;

/** Counts conflicts for who asks often: they are listed, not kept count of. */
export const conflictCount = (
  replica: Pick<Replica, "conflicts">,
  monotonicMs: () => number,
): (() => Promise<number>) => {
  let counted: { readonly atMs: number; readonly count: Promise<number> } | undefined;
  return () => {
    const nowMs = monotonicMs();
    if (counted === undefined || nowMs - counted.atMs > RECOUNT_AFTER_MS) {
      const count = replica.conflicts({ limit: COUNTED_MAX }).then(({ conflicts }) => conflicts.length);
      count.catch(() => {
        counted = undefined;
      });
      counted = { atMs: nowMs, count };
    }
    return counted.count;
  };
};
