import type { Log } from "../ports/log.js";
import type { LinkReport } from "./link-state.js";

/** What is said of a link: by its status at any time, and by the log once for each trouble, and when it is over. */
export class LinkHealth {
  readonly #origin: string;
  readonly #log: Log;
  #report: LinkReport;
  /** The trouble that was last told. */
  #told: string | undefined;
  #failures = 0;
  #complaints = 0;

  constructor(origin: string, report: LinkReport, log: Log) {
    this.#origin = origin;
    this.#report = report;
    this.#log = log;
  }

  get report(): LinkReport {
    return this.#report;
  }

  /** Tries in a row that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Complaints since the node started. */
  get complaints(): number {
    return this.#complaints;
  }

  /** Neither trouble nor the end of one. */
  note(report: LinkReport): void {
    this.#report = report;
  }

  /** The last trouble is no more, and that is no news. */
  forget(report: LinkReport): void {
    this.#report = report;
    this.#told = undefined;
  }

  /** All is well: what was told is taken back. */
  recover(report: LinkReport): void {
    const origin = this.#origin;
    if (this.#told !== undefined) this.#log.info("partner_recovered", `is in sync with ${origin} again`, { origin });
    this.forget(report);
  }

  /** A try was answered, whatever the answer was. */
  endFailures(): void {
    this.#failures = 0;
  }

  /** A try failed. */
  fail(report: LinkReport): void {
    this.#failures += 1;
    this.complain("partner_failed", report);
  }

  /** A trouble that stays is told once, and then only to those who want every detail. */
  complain(event: string, report: LinkReport): void {
    const { state, message, remedy } = report;
    this.#complaints += 1;
    const level = this.#told === message ? "debug" : "warn";
    this.#report = report;
    this.#told = message;
    this.#log[level](event, message, { origin: this.#origin, state, remedy, failures: this.#failures });
  }
}
