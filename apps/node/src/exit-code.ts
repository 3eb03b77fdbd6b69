/** What the process ends with; CONTRACT "Commands". Scripts branch on these, so they never change. */
export const EXIT_CODE = {
  ok: 0,
  failed: 1,
  usage: 2,
  daemonNotRunning: 3,
  denied: 4,
  confirmationNeeded: 5,
  degraded: 6,
  partnerUnreachable: 7,
  /** `EX_CONFIG` of sysexits.h. */
  badConfiguration: 78,
} as const;

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];

/** The table as `--help` shows it. */
export const EXIT_CODE_HELP = `Exit codes:
  0 ok                  3 daemon not running    6 degraded
  1 failed              4 denied                7 partner unreachable
  2 usage               5 confirmation needed   78 bad configuration`;
