import type { DomainUuid, ServerLag } from "@concordat/crdt";
import type { UnwillingReason } from "@concordat/protocol";

/** How a pull ended, when the connection did not. */
export type PullOutcome =
  | { readonly kind: "up-to-date" }
  | { readonly kind: "applied"; readonly entries: number }
  | { readonly kind: "domain-mismatch"; readonly domainUuid: DomainUuid }
  | { readonly kind: "refresh-required"; readonly lags: readonly ServerLag[] }
  | { readonly kind: "unwilling"; readonly reason: UnwillingReason; readonly lags: readonly ServerLag[] }
  /** The partner has changes of this very server that this database has not: it went back in time, or was copied. */
  | { readonly kind: "forked"; readonly oursMicros: number; readonly theirsMicros: number }
  /** The database was replaced, or another pull of this supplier went ahead, while this one ran. */
  | { readonly kind: "superseded" };
