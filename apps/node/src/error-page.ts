/** Failures that take more than the line which tells them. What the doctor finds has pages of its own: `FINDINGS`. */
export const ERRORS_WITH_PAGE = [
  "backup_damaged",
  "backup_unsupported",
  "file_exists",
  "journal_damaged",
  "other_import",
  "storage_failed",
] as const;

/** The page of the repository that tells more; `undefined` for what its own line tells. */
export const errorPageOf = (code: string): string | undefined =>
  (ERRORS_WITH_PAGE as readonly string[]).includes(code) ? `docs/errors/${code}.md` : undefined;
