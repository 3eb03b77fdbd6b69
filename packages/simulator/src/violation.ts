/** Which promise does not hold. Those that are numbered are of the model's page, section 8. */
export type Checker =
  | "convergence"
  | "nothing-lost"
  | "content"
  | "vector-falls"
  | "change-ids-rise"
  | "crash-recovery"
  | "verify"
  | "same-views"
  | "hostile-frame"
  | "queue-bounds"
  | "unexpected-error"
  | "stuck"
  | "check";

/** Something that must never be. */
export class Violation extends Error {
  override readonly name = "Violation";

  constructor(
    readonly checker: Checker,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
