import { CommandError } from "../command-error.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";

/** What the daemon answered instead of what was asked: problem+json (RFC 9457), with its further members. */
export class DaemonProblem extends CommandError {
  constructor(
    readonly status: number,
    message: string,
    code: string,
    /** The index of the operation at fault, within a transaction. */
    readonly operation: number | undefined,
  ) {
    super(message, { exitCode: exitCodeOf(status), relayedCode: code });
  }
}

export const problemOf = (status: number, text: string): DaemonProblem => {
  const { type, title, detail, operation } = parsed(text);
  const message = [title, detail].filter((part) => typeof part === "string").join(": ");
  const code = typeof type === "string" ? type.replace(/^.*:/, "") : "request_failed";
  return new DaemonProblem(
    status,
    message === "" ? `the daemon answered with status ${status}` : message,
    code,
    typeof operation === "number" ? operation : undefined,
  );
};

const parsed = (text: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};

const exitCodeOf = (status: number): ExitCode =>
  status === 401 || status === 403 ? EXIT_CODE.denied : EXIT_CODE.failed;
