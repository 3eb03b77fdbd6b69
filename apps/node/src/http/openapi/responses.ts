import { PROBLEMS, type ProblemCode } from "../problem.js";
import { content, header, type OpenapiObject, ref } from "./openapi-object.js";

const ETAG = { ETag: header("The entry's version. Equal on two nodes exactly when they hold the same state of it.") };

const TOKEN = { "Concordat-Token": header("Opaque: what this node has seen, this write included.") };

/** An answer that is an entry. */
export const entryAnswer = (description: string): OpenapiObject => ({
  description,
  headers: ETAG,
  ...content(ref("Entry")),
});

/** The answer to a write that leaves an entry. */
export const writtenAnswer = (description: string, created = false): OpenapiObject => ({
  description,
  headers: { ...ETAG, ...TOKEN, ...(created && { Location: header("The entry's path.") }) },
  ...content(ref("Entry")),
});

/** The answer to a write that leaves none. */
export const tokenAnswer = (description: string): OpenapiObject => ({ description, headers: TOKEN });

/** The answers of these problems, by status; any request may end with those of the node itself too. */
export const problemAnswers = (...codes: ProblemCode[]): OpenapiObject => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...codes, ...OF_ANY_REQUEST]) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, of]) => [String(status), problemAnswer(of)]));
};

/** What a body in JSON may be refused for. */
export const BODY_PROBLEMS = [
  "malformed_json",
  "incomplete_body",
  "body_too_large",
  "unsupported_media_type",
  "ambiguous_json",
  "unsafe_integer",
  "invalid_body",
  "invalid_change",
  "unknown_merge_kind",
  "unique_violation",
  "entry_invalid",
  "entry_too_large",
  "storage_full",
  "read_only",
] as const satisfies readonly ProblemCode[];

const OF_ANY_REQUEST: readonly ProblemCode[] = [
  "unauthenticated",
  "insufficient_scope",
  "foreign_host",
  "foreign_origin",
  "invalid_token",
  "not_seen_yet",
  "internal_error",
  "database_corrupt",
  "storage_failed",
  "shutting_down",
];

const problemAnswer = (codes: readonly ProblemCode[]): OpenapiObject => ({
  description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(" "),
  ...content(ref("Problem"), "application/problem+json"),
});
