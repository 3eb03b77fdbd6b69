/** One hot function of the libraries, called as they call it. */
export interface MicroBenchmark {
  readonly name: string;
  /** What a call is given. */
  readonly what: string;
  /** Of one round. */
  readonly calls: number;
  /**
   * Sets up, untimed, and returns a round: `calls` calls. What a round returns depends on what the calls do, so that no compiler
   * leaves them out.
   */
  prepare(): () => number;
}
