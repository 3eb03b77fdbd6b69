import type { Json } from "./json/json.js";

/** What can be wrong with a request, or with this node: stable, the end of the problem's `type`. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: "The body is not JSON" },
  incomplete_body: { status: 400, title: "The body did not arrive whole" },
  invalid_uuid: { status: 400, title: "Not a uuid" },
  invalid_parameter: { status: 400, title: "A query parameter or header cannot be used" },
  invalid_filter: { status: 400, title: "The filter cannot be read" },
  invalid_token: { status: 400, title: "Not a token that a write answered" },
  invalid_cursor: { status: 400, title: "The cursor cannot be read" },
  unauthenticated: { status: 401, title: "The request brings no token that counts" },
  insufficient_scope: { status: 403, title: "The token does not allow this" },
  foreign_host: { status: 403, title: "The request is for another host" },
  foreign_origin: { status: 403, title: "A web page of another origin sent the request" },
  read_only: { status: 403, title: "The node takes no writes" },
  route_not_found: { status: 404, title: "There is nothing at this path" },
  conflict_not_found: { status: 404, title: "There is no such conflict" },
  partner_not_found: { status: 404, title: "There is no such partner" },
  entry_not_found: { status: 404, title: "There is no such entry" },
  method_not_allowed: { status: 405, title: "The method does not apply to this path" },
  entry_exists: { status: 409, title: "The entry exists already" },
  partner_paused: { status: 409, title: "The partner is paused" },
  unknown_merge_kind: { status: 409, title: "The attribute is of a merge kind that this node does not know" },
  unique_violation: { status: 409, title: "Another entry has that value already" },
  entry_deleted: { status: 410, title: "The entry was deleted" },
  precondition_failed: { status: 412, title: "The entry is not at the version that the request expects" },
  body_too_large: { status: 413, title: "The body is too large" },
  entry_too_large: { status: 413, title: "The entry is too large" },
  unsupported_media_type: { status: 415, title: "The body's media type is not supported" },
  ambiguous_json: { status: 422, title: "The body is JSON that cannot be kept as it is" },
  unsafe_integer: { status: 422, title: "A number would be rounded" },
  invalid_body: { status: 422, title: "The body has the wrong shape" },
  invalid_change: { status: 422, title: "The change cannot be made" },
  entry_invalid: { status: 422, title: "The schema does not accept the entry" },
  internal_error: { status: 500, title: "The node failed" },
  database_corrupt: { status: 500, title: "The database is damaged" },
  storage_failed: { status: 500, title: "The storage failed" },
  not_seen_yet: { status: 504, title: "This node has not seen that write yet" },
  shutting_down: { status: 503, title: "The node is shutting down" },
  storage_full: { status: 507, title: "The storage is full" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemOptions extends ErrorOptions {
  /** Members beyond those of RFC 9457, such as the place of the error. */
  readonly members?: Readonly<Record<string, Json>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to a request that could not be done. The message, shown as `detail`, holds the remedy and no secret. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly members: Readonly<Record<string, Json>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, options);
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** The same problem, with more to say. */
  with(members: Readonly<Record<string, Json>>): Problem {
    const { headers, cause } = this;
    return new Problem(this.code, this.message, { members: { ...this.members, ...members }, headers, cause });
  }
}

export const problemType = (code: ProblemCode): string => `urn:concordat:error:${code}`;

/** `application/problem+json` (RFC 9457). */
export const problemResponse = (problem: Problem): Response => {
  const { status, title } = PROBLEMS[problem.code];
  const body = { type: problemType(problem.code), title, status, detail: problem.message, ...problem.members };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", ...problem.headers },
  });
};
