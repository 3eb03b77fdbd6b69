import type { DomainUuid, ServerLag } from "@concordat/crdt";
import type { UnwillingReason } from "@concordat/protocol";
import type { ForkEvidence } from "../fork/fork-evidence.js";

/** How a pull ended, when the connection did not. */
export type PullOutcome =
  | { readonly kind: "up-to-date" }
  | { readonly kind: "applied"; readonly entries: number }
  | { readonly kind: "domain-mismatch"; readonly domainUuid: DomainUuid }
  | { readonly kind: "refresh-required"; readonly lags: readonly ServerLag[] }
  | { readonly kind: "unwilling"; readonly reason: UnwillingReason; readonly lags: readonly ServerLag[] }
  /** This database went back in time, or was copied: nothing is applied before it goes on under another server uuid. */
  | { readonly kind: "forked"; readonly evidence: ForkEvidence }
  /** While this one ran, the database was replaced, another pull of this supplier went ahead, or what came after the request was purged. */
  | { readonly kind: "superseded" };
