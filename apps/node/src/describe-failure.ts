import { CommandError } from "./command-error.js";
import { EXIT_CODE, type ExitCode } from "./exit-code.js";

/** A failure as people and scripts get it: never a stack trace. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly details: readonly string[];
}

/** The packages' errors carry their remedy in the message, so they pass as they are; the rest is named as unexpected. */
export const describeFailure = (error: unknown): Failure => {
  if (error instanceof CommandError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === undefined) return failure(EXIT_CODE.failed, "unexpected", `unexpected error: ${message}`);
  if (code === "EACCES" || code === "EPERM") return failure(EXIT_CODE.denied, code, message, DENIED_REMEDY);
  if (code === "key_file_permissions") return failure(EXIT_CODE.denied, code, message);
  return failure(EXIT_CODE.failed, code, message);
};

/** The stable code of a package's error, or the operating system's. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

const DENIED_REMEDY = "run it as the user that owns the node's files";

const failure = (exitCode: ExitCode, code: string, message: string, remedy?: string): Failure => ({
  exitCode,
  code,
  message,
  remedy,
  details: [],
});
