import type { Random } from "./random.js";

/** Something that reads what strangers write. */
export interface FuzzTarget {
  readonly name: string;
  /** Of a thousand cases, how many are its own. */
  readonly share: number;
  /** An input: a sample with some damage, or none. */
  readonly input: (random: Random) => Uint8Array | string;
  /**
   * Reads it. Throws a `Refusal` of its package, or a `Violation` where what was accepted is not what it must be.
   *
   * @returns whether it was accepted.
   */
  readonly read: (input: Uint8Array | string, random: Random) => boolean | Promise<boolean>;
  /** Whether the reader is entitled to this error: its package's own class, with a code, and to blame on the input. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** What was accepted, or done, and must not have been. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Longer inputs are cut: what a case may cost is held to a bound, and so is its size. */
export const INPUT_BYTES_MAX = 128 * 1024;
