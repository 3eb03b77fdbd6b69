/** The peer has broken a rule; the message says what it did. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** A requirement cannot be tried here; the message says why. */
export class NotTested extends Error {
  override readonly name = "NotTested";
}

export function violation(message: string): never {
  throw new Violation(message);
}

export function must(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Violation(message);
}
