import { EXIT_CODE, type ExitCode } from "./exit-code.js";

export interface CommandErrorOptions extends ErrorOptions {
  readonly exitCode?: ExitCode;
  /** What to do about it: a sentence, or a command to type. */
  readonly remedy?: string | undefined;
  /** Machines branch on it (`--json`). */
  readonly code?: string;
  /** More of the same kind, one a line: the issues of a configuration file. */
  readonly details?: readonly string[];
}

/** Ends a command: one plain sentence, its remedy, and the exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly details: readonly string[];

  constructor(message: string, options: CommandErrorOptions = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? EXIT_CODE.failed;
    this.code = options.code ?? "failed";
    this.remedy = options.remedy;
    this.details = options.details ?? [];
  }
}
