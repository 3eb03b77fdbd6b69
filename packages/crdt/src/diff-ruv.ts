import type { Ruv } from "./ruv.js";
import { isEmptyRuv } from "./ruv.js";
import type { ServerUuid } from "./uuid.js";

/** What a supplier may do for a consumer, and, where it may not, what an operator should do. */
export type RuvDifference =
  /** Send what lies in `ranges`; nothing to do when there are none. */
  | { readonly kind: "supply"; readonly ranges: readonly ChangeRange[] }
  /** The supplier has purged deletions that the consumer has not seen: the consumer must be refreshed. */
  | { readonly kind: "consumer-lags"; readonly lags: readonly ServerLag[] }
  /** The consumer has purged deletions that the supplier has not seen: the supplier must be refreshed. */
  | { readonly kind: "supplier-lags"; readonly lags: readonly ServerLag[] }
  /** Both at once: neither may supply the other; a person decides which of the two is refreshed. */
  | { readonly kind: "critical"; readonly lags: readonly ServerLag[] }
  /** Two histories without a server in common: not one topology. */
  | { readonly kind: "no-overlap" };

/** Changes of one server: after `after`, up to and including `through`, in microseconds. */
export interface ChangeRange {
  readonly server: ServerUuid;
  readonly after: number;
  readonly through: number;
}

/** One side has seen the changes of `server` up to `seen`, the other has purged up to `purged`, in microseconds. */
export interface ServerLag {
  readonly server: ServerUuid;
  readonly seen: number;
  readonly purged: number;
}

/**
 * What `supplier` has to send so that `consumer` has seen all that it has seen.
 *
 * Pure; O(rows of both); never throws. Model, section 4; compare Kanidm's `range_diff`.
 */
export const diffRuv = (consumer: Ruv, supplier: Ruv): RuvDifference => {
  const consumerLags = lagsBehind(consumer, supplier);
  const supplierLags = lagsBehind(supplier, consumer);
  if (consumerLags.length > 0 && supplierLags.length > 0) {
    return { kind: "critical", lags: [...consumerLags, ...supplierLags] };
  }
  if (consumerLags.length > 0) return { kind: "consumer-lags", lags: consumerLags };
  if (supplierLags.length > 0) return { kind: "supplier-lags", lags: supplierLags };
  if (!overlaps(consumer, supplier)) return { kind: "no-overlap" };
  return { kind: "supply", ranges: rangesBeyond(consumer, supplier) };
};

const lagsBehind = (reader: Ruv, purger: Ruv): ServerLag[] => {
  const lags: ServerLag[] = [];
  for (const [server, { purged }] of purger) {
    const seen = reader.get(server)?.seen ?? 0;
    if (seen < purged) lags.push({ server, seen, purged });
  }
  return lags;
};

const overlaps = (consumer: Ruv, supplier: Ruv): boolean => {
  if (isEmptyRuv(consumer) || isEmptyRuv(supplier)) return true;
  for (const [server, row] of consumer) if (row.seen > 0 && (supplier.get(server)?.seen ?? 0) > 0) return true;
  return false;
};

const rangesBeyond = (consumer: Ruv, supplier: Ruv): ChangeRange[] => {
  const ranges: ChangeRange[] = [];
  for (const [server, { seen }] of supplier) {
    const after = consumer.get(server)?.seen ?? 0;
    if (seen > after) ranges.push({ server, after, through: seen });
  }
  return ranges;
};
