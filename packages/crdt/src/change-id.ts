import type { ServerUuid } from "./uuid.js";

/**
 * When and where a transaction happened (CID).
 *
 * `ts` counts microseconds since the Unix epoch: an integer, exact in a number until the year 2255. Each write
 * transaction takes exactly one. Model, section 1.
 */
export interface ChangeId {
  readonly ts: number;
  readonly server: ServerUuid;
}

/** Below zero when `left` is earlier. The total order: by `ts`, then by the bytes of the server uuid. */
export const compareChangeIds = (left: ChangeId, right: ChangeId): number => {
  if (left.ts !== right.ts) return left.ts - right.ts;
  if (left.server === right.server) return 0;
  return left.server < right.server ? -1 : 1;
};

/** The later of the two; `left` when they are equal. */
export const laterChangeId = (left: ChangeId, right: ChangeId): ChangeId =>
  compareChangeIds(left, right) >= 0 ? left : right;

/**
 * The time of the next transaction, in microseconds: later than the wall clock says and than anything that this
 * replica has issued or applied (`seenMicros`), so that a slow or jumping clock never reissues a change id and can
 * still overwrite what it has read. Model, section 1; Lamport's receive rule.
 */
export const nextTimestamp = (wallMicros: number, seenMicros: number): number => Math.max(wallMicros, seenMicros + 1);
