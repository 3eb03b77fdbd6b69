export type JsonErrorCode =
  /** Not a JSON text (RFC 8259). */
  | "malformed_json"
  /** An integer literal that a JSON number would round. */
  | "unsafe_integer"
  /** JSON, but not to be relied upon (RFC 7493): a repeated or dangerous name, half a character, a number too large, too deep. */
  | "ambiguous_json";

/** What is wrong with a JSON text, and where. */
export class JsonError extends Error {
  override readonly name = "JsonError";

  constructor(
    readonly code: JsonErrorCode,
    message: string,
    /** In UTF-16 code units from the start of the text. */
    readonly offset: number,
    /** Both count from 1. */
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}
