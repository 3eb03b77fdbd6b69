import type { Clock } from "./clock.js";
import type { CreateHash } from "./hash.js";
import type { Log } from "./log.js";
import type { Random } from "./random.js";

/** Everything that varies from run to run, and what a simulation puts in its place. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly createHash: CreateHash;
}
