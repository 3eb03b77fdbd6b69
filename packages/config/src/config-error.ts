/** Thrown for a call that breaks its contract, never for what is written in a file. Blame: the caller. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(
    /** `invalid_option`: an argument of `renderConfig` that `parseConfig` would refuse. */
    readonly code: "invalid_option",
    message: string,
  ) {
    super(message);
  }
}
