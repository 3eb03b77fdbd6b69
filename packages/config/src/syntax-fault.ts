import type { ConfigIssueCode } from "./config-issue.js";
import type { Remedy } from "./issue-log.js";
import type { Span } from "./span.js";

/** Why a statement is not TOML, and where. */
export interface SyntaxFault {
  readonly span: Span;
  readonly code: ConfigIssueCode;
  readonly message: string;
  readonly remedy: Remedy;
}
