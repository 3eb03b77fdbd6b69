/** A filter that cannot be read. The message names the position and what was expected there. */
export class FilterError extends Error {
  override readonly name = "FilterError";

  constructor(
    message: string,
    /** The first character that is wrong, counted from 1 in UTF-16 code units. */
    readonly position: number,
  ) {
    super(`${message} (at character ${position})`);
  }
}
