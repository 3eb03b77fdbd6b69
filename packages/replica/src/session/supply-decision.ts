import { type DomainUuid, diffRuv, type Ruv } from "@concordat/crdt";
import type { DomainMismatch, Incremental, NoChanges, RefreshRequired, Unwilling } from "@concordat/protocol";

/** What a supplier knows of itself when it decides. */
export interface SupplierView {
  readonly domainUuid: DomainUuid;
  readonly ruv: Ruv;
  /** Whether its own content is about to be replaced. */
  readonly refreshing: boolean;
}

export type SupplyDecision =
  | { readonly kind: "stream" }
  | { readonly kind: "answer"; readonly reply: DomainMismatch | NoChanges | RefreshRequired | Unwilling };

/**
 * What to answer to `Incremental` from a consumer with the vector `consumer`. Pure. Model, section 4.
 *
 * @param isOwedRows whether the consumer is to see this node's vector though it lacks nothing: what is said there of its own
 * changes may be of another history than its own (section 6).
 */
export const decideIncremental = (
  request: Pick<Incremental, "domainUuid">,
  consumer: Ruv,
  supplier: SupplierView,
  isOwedRows = false,
): SupplyDecision => {
  if (request.domainUuid !== supplier.domainUuid) {
    return answer({ type: "domain-mismatch", domainUuid: supplier.domainUuid });
  }
  const difference = diffRuv(consumer, supplier.ruv);
  switch (difference.kind) {
    case "supply":
      if (difference.ranges.length === 0 && !isOwedRows) return answer({ type: "no-changes" });
      return { kind: "stream" };
    case "consumer-lags":
      return answer({ type: "refresh-required", lags: difference.lags });
    case "supplier-lags":
    case "critical":
      return answer({ type: "unwilling", reason: difference.kind, lags: difference.lags });
    case "no-overlap":
      return answer({ type: "unwilling", reason: "no-overlap", lags: [] });
  }
};

/**
 * Whether this node may be copied whole: not while it is being replaced itself. An empty supplier answers with an
 * empty stream; whether that would lose anything only the consumer knows.
 */
export const decideRefresh = (supplier: SupplierView): SupplyDecision => {
  if (supplier.refreshing) return answer({ type: "unwilling", reason: "refreshing", lags: [] });
  return { kind: "stream" };
};

const answer = (reply: Extract<SupplyDecision, { kind: "answer" }>["reply"]): SupplyDecision => ({
  kind: "answer",
  reply,
});
