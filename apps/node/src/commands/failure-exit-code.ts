import { EXIT_CODE, type ExitCode } from "../exit-code.js";

/** What a command ends with when the daemon could not do its part with a partner. */
export const exitCodeOfFailure = (code: string): ExitCode => EXIT_CODE_OF_FAILURE[code] ?? EXIT_CODE.failed;

const EXIT_CODE_OF_FAILURE: Readonly<Record<string, ExitCode>> = {
  unknown_partner: EXIT_CODE.usage,
  name_not_resolved: EXIT_CODE.partnerUnreachable,
  connection_refused: EXIT_CODE.partnerUnreachable,
  connection_lost: EXIT_CODE.partnerUnreachable,
  timeout: EXIT_CODE.partnerUnreachable,
  version: EXIT_CODE.partnerUnreachable,
  certificate_not_pinned: EXIT_CODE.partnerUnreachable,
  certificate_expired: EXIT_CODE.partnerUnreachable,
  certificate_missing: EXIT_CODE.partnerUnreachable,
  certificate_refused: EXIT_CODE.partnerUnreachable,
  too_many_connections: EXIT_CODE.partnerUnreachable,
};
