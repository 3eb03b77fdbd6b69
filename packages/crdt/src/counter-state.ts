import { type ChangeId, laterChangeId } from "./change-id.js";
import { DuplicateChangeError } from "./duplicate-change-error.js";
import { filteredMap, mergedMap } from "./keyed-state.js";
import { isUnseen, type Seen } from "./ruv.js";
import type { ServerUuid } from "./uuid.js";

/** What each server has added and taken away, in total; the value is the sum over all of them. */
export interface CounterState {
  readonly totals: ReadonlyMap<ServerUuid, CounterTotal>;
}

export interface CounterTotal {
  /** When that server last changed its total; `ts` alone, since the server is the key. */
  readonly ts: number;
  readonly increments: number;
  readonly decrements: number;
}

/** Per server the later total wins. @throws DuplicateChangeError when one change comes with two totals. */
export const mergeCounters = (local: CounterState, incoming: CounterState): CounterState => {
  const totals = mergedMap(local.totals, incoming.totals, mergeTotals);
  return totals === local.totals ? local : { totals };
};

export const unseenCounter = (state: CounterState, seen: Seen): CounterState | undefined => {
  const totals = filteredMap(state.totals, ({ ts }, server) => isUnseen({ ts, server }, seen));
  return totals && { totals };
};

export const newestOfCounter = (state: CounterState): ChangeId | undefined => {
  let newest: ChangeId | undefined;
  for (const [server, { ts }] of state.totals) newest = newest ? laterChangeId(newest, { ts, server }) : { ts, server };
  return newest;
};

export const counterValue = (state: CounterState): number => {
  let sum = 0;
  for (const { increments, decrements } of state.totals.values()) sum += increments - decrements;
  return sum;
};

const mergeTotals = (local: CounterTotal, incoming: CounterTotal, server: ServerUuid): CounterTotal => {
  if (local.ts !== incoming.ts) return local.ts > incoming.ts ? local : incoming;
  const same = local.increments === incoming.increments && local.decrements === incoming.decrements;
  if (!same) throw new DuplicateChangeError({ ts: local.ts, server });
  return local;
};
