import { EXIT_CODE, type ExitCode } from "./exit-code.js";

/** What the command line and the daemon's own composition refuse; what libraries and the data API refuse keeps their codes. */
export type CommandErrorCode =
  /** Something else failed; the message says what. */
  | "failed"
  /** An option or argument that the command does not take. */
  | "usage"
  /** Ctrl-C, or the request ended: nothing changed, or the message says what did. */
  | "cancelled"
  /** `server.toml` has errors; `details` has all of them. */
  | "bad_configuration"
  /** `server.toml` is not there, or cannot be read. */
  | "configuration_unreadable"
  /** `init` writes over no configuration. */
  | "config_exists"
  /** The command is about replication, and `server.toml` has no `[replication]`. */
  | "replication_not_configured"
  /** `server.toml` has no table for the partner that was named. */
  | "partner_unknown"
  /** Nothing answers at `adminbindpath`. */
  | "daemon_not_running"
  /** The daemon ended in the middle of its answer. */
  | "daemon_gone"
  /** Another daemon serves this `adminbindpath`. */
  | "daemon_already_running"
  /** This user may not use the admin socket. */
  | "denied"
  /** `adminbindpath` names something that is no socket. */
  | "admin_socket_path"
  /** Anybody may replace the admin socket. */
  | "admin_directory_writable"
  /** An address to listen on is taken, or is none of this machine's. */
  | "cannot_listen"
  /** The files of `[api]` are not a certificate and its key. */
  | "api_certificate"
  /** Others may read a private key. */
  | "key_file_permissions"
  /** The certificates that partners have announced cannot be read. */
  | "learned_certificates_unreadable"
  /** The node is stopped, and has no database yet. */
  | "no_database"
  /** A file cannot be read. */
  | "unreadable"
  /** A file cannot be written. */
  | "unwritable"
  /** The file is there already, and was not touched. */
  | "file_exists"
  /** An import stopped at a line, or at what the node answered; what was acknowledged stays. */
  | "import_stopped"
  /** What is remembered beside the file belongs to another import. */
  | "other_import"
  /** What is remembered beside the file does not read. */
  | "journal_damaged"
  /** A filter that is none. */
  | "invalid_filter"
  /** No token has this name. */
  | "token_not_found"
  /** A token has this name already. */
  | "token_exists"
  /** The partner does not do what was asked; the message says why. */
  | "refused"
  /** Entries that only this node has would be lost: `--discard-local-changes`. */
  | "would_discard"
  /** The partner holds another database. */
  | "domain_mismatch"
  /** The partner's version cannot do this. */
  | "unsupported";

export interface CommandErrorOptions extends ErrorOptions {
  readonly exitCode?: ExitCode;
  /** What to do about it: a sentence, or a command to type. */
  readonly remedy?: string | undefined;
  /** Machines branch on it (`--json`). */
  readonly code?: CommandErrorCode;
  /** In its place, the code of who has refused: the daemon, a library. */
  readonly relayedCode?: string;
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
    this.code = options.relayedCode ?? options.code ?? "failed";
    this.remedy = options.remedy;
    this.details = options.details ?? [];
  }
}
