import { ReplicaError, type ReplicaErrorCode } from "@concordat/replica";
import { StorageError, type StorageErrorCode } from "@concordat/storage";
import { JsonError } from "./json/json-error.js";
import { InvalidValue } from "./json/value-json.js";
import { Problem, type ProblemCode, type ProblemOptions } from "./problem.js";

/** The problem that answers a request which ended with `error`. What is not known to be harmless is not told. */
export const problemOfError = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof ReplicaError) return ofReplica(error);
  if (error instanceof StorageError) return ofStorage(error);
  if (error instanceof InvalidValue) return ofValue(error);
  if (error instanceof JsonError) return ofJson(error);
  return new Problem("internal_error", "something went wrong inside the node: its log says what", { cause: error });
};

const REPLICA_PROBLEMS: Readonly<Record<ReplicaErrorCode, ProblemCode>> = {
  entry_not_found: "entry_not_found",
  entry_deleted: "entry_deleted",
  entry_exists: "entry_exists",
  version_mismatch: "precondition_failed",
  entry_too_large: "entry_too_large",
  invalid_change: "invalid_change",
  unknown_merge_kind: "unknown_merge_kind",
  unique_violation: "unique_violation",
  entry_invalid: "entry_invalid",
  read_only: "read_only",
  not_indexed: "internal_error",
  invalid_schema: "internal_error",
  conflict_not_found: "conflict_not_found",
  invalid_token: "invalid_token",
  unknown_partner: "partner_not_found",
  partner_paused: "partner_paused",
  closed: "shutting_down",
  backup_damaged: "internal_error",
  backup_unsupported: "internal_error",
  database_corrupt: "database_corrupt",
};

const STORAGE_PROBLEMS: Readonly<Record<StorageErrorCode, ProblemCode>> = {
  store_closed: "shutting_down",
  store_full: "storage_full",
  store_io: "storage_failed",
  store_corrupt: "database_corrupt",
  key_length: "storage_failed",
  database_name: "storage_failed",
  database_in_use: "storage_failed",
  storage_locked: "storage_failed",
};

/** What the node's own failures tell the client; the error itself goes to the log. */
const OWN_FAILURES: Partial<Record<ProblemCode, { readonly detail: string; readonly retryAfterS?: number }>> = {
  internal_error: { detail: "something went wrong inside the node: its log says what" },
  database_corrupt: {
    detail: "the node's log names the damage: run `concordat verify`, then restore a backup or refresh from a partner",
  },
  storage_failed: {
    detail: "the storage did not do what was asked, and the request may not be assumed done: the node's log says why",
  },
  storage_full: { detail: "nothing was written; free or add space, then send the request again", retryAfterS: 60 },
  shutting_down: { detail: "send the request again when the node is back, or to another node", retryAfterS: 5 },
};

const ofReplica = (error: ReplicaError): Problem =>
  ownFailure(REPLICA_PROBLEMS[error.code], error) ??
  new Problem(REPLICA_PROBLEMS[error.code], error.message, caused(error));

const ofStorage = (error: StorageError): Problem => {
  const code = STORAGE_PROBLEMS[error.code];
  return ownFailure(code, error) ?? new Problem(code, error.message, caused(error));
};

const ownFailure = (code: ProblemCode, cause: Error): Problem | undefined => {
  const failure = OWN_FAILURES[code];
  if (failure === undefined) return undefined;
  const headers = failure.retryAfterS === undefined ? {} : { "Retry-After": String(failure.retryAfterS) };
  return new Problem(code, failure.detail, { cause, headers });
};

const ofValue = (error: InvalidValue): Problem =>
  new Problem("invalid_body", `${error.pointer}: ${error.message}`, {
    ...caused(error),
    members: { pointer: error.pointer },
  });

const ofJson = (error: JsonError): Problem => {
  const { offset, line, column } = error;
  return new Problem(error.code, error.message, { ...caused(error), members: { offset, line, column } });
};

const caused = (cause: Error): ProblemOptions => ({ cause });
