/** What is wrong; callers branch on this, never on the message. */
export type ConfigIssueCode =
  /** The text is not TOML at this place. */
  | "toml_syntax"
  /** A key or table is written twice. */
  | "duplicate_key"
  /** The table has no such key. */
  | "unknown_key"
  /** A key that must be there is not. */
  | "missing_key"
  /** A value of another type: text for a boolean, say. */
  | "wrong_type"
  /** A value outside what the key allows. */
  | "invalid_value"
  /** Not `host:port`. */
  | "invalid_address"
  /** Not `repl://host:port`. */
  | "invalid_origin"
  /** Not a number with a unit, as `"7d"`. */
  | "invalid_duration"
  /** Not the base64 of one DER certificate with an Ed25519 key. */
  | "invalid_certificate"
  /** The whole line `certificate: "MII…"` was pasted, with its label. */
  | "certificate_label"
  /** `[replication]` without the line that acknowledges its state. */
  | "replication_not_acknowledged"
  /** A partner has this node's own origin. */
  | "own_origin"
  /** Two partners have one origin. */
  | "duplicate_origin"
  /** A key that another partner type has, or another storage type. */
  | "key_of_another_type"
  /** The data API and replication would listen on one address. */
  | "address_conflict"
  /** The data API on another address than a loopback one, without a certificate. */
  | "tls_required"
  /** Longer than a unix socket's path may be. */
  | "path_too_long";

/**
 * One thing that is wrong with the configuration, and where. Secrets do not appear: the user and password of a URL are
 * starred out in all of it.
 */
export interface ConfigIssue {
  /** The file as it was named to `parseConfig`; `$CONCORDAT_…` for a value that an environment variable gave. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  readonly code: ConfigIssueCode;
  /** One sentence, without position. */
  readonly message: string;
  /** The offending text as written, its first line; at most {@link issueTextMax} units, cut with "…". */
  readonly text: string;
  /** What to write instead: the nearest valid key, a valid value, or the line to add. */
  readonly suggestion?: string;
  /** The remedy in a sentence. */
  readonly help?: string;
  /** The line that `line` and `column` speak of. */
  readonly sourceLine: string;
}

/** Longest `text` of an issue: enough to recognise a certificate by, short enough for a line of a terminal. */
export const issueTextMax = 60;
