/** What came of reading the configuration again, or, after a dry run, what would. */
export type ReloadAnswer =
  | {
      readonly kind: "reloaded" | "dry-run";
      /** What is different from now on. */
      readonly changed: readonly string[];
      /** What only a restart brings. */
      readonly restartNeeded: readonly string[];
      /** Both, each from what to what, a line each. */
      readonly lines: readonly string[];
    }
  /** Nothing changed. */
  | { readonly kind: "invalid"; readonly issues: readonly string[] };
