/**
 * How long to wait after `failures` tries in a row that failed: doubling from `baseMs` up to `maxMs`, and of that a
 * random part (`fraction`, in [0, 1)) between half and all, so that partners of a node that comes back do not meet
 * there in step.
 */
export const retryDelayMs = (failures: number, baseMs: number, maxMs: number, fraction: number): number => {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return ceiling * (0.5 + fraction / 2);
};
