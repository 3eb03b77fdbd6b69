import type { RefreshProgressAnswer } from "./overview.js";

/** A line of what `POST /v1/admin/refresh` answers: progress, then exactly one of the others. */
export type RefreshAnswer =
  | ({ readonly kind: "progress" } & RefreshProgressAnswer)
  | {
      readonly kind: "refreshed";
      readonly origin: string;
      readonly entries: number;
      readonly bytes: number;
      readonly discarded: number;
    }
  | WouldDiscardAnswer
  | { readonly kind: "refused"; readonly reason: string; readonly remedy: string }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Nothing was touched: consent is needed. */
export interface WouldDiscardAnswer {
  readonly kind: "would-discard";
  readonly origin: string;
  /** Changed here, and not there. */
  readonly entries: number;
  /** Some of their uuids. */
  readonly sample: readonly string[];
}
