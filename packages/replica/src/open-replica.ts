import type { ProtocolLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import type { Entry } from "./entry.js";
import type { PartnerOptions } from "./partner.js";
import type { Clock } from "./ports/clock.js";
import type { CreateHash } from "./ports/hash.js";
import type { Log } from "./ports/log.js";
import type { Random } from "./ports/random.js";
import type { Replica } from "./replica.js";
import type { Schema } from "./schema.js";

export interface ReplicaOptions {
  readonly storage: Storage;
  readonly attributes?: Schema;
  readonly partners?: readonly PartnerOptions[];
  /** The fallback behind push; 15,000 when left out. */
  readonly pollIntervalMs?: number;
  /** A change stamped further ahead of the local clock is not applied; 300,000 when left out. */
  readonly clockSkewMaxMs?: number;
  readonly limits?: ProtocolLimits;
  /** Keep the database that a refresh replaced until the next one succeeds; true when left out. */
  readonly keepReplacedDatabase?: boolean;
  /** Given what only this node has, before an automatic refresh discards it; the refresh stops when it rejects. */
  readonly onDiscard?: (entries: AsyncIterable<Entry>) => Promise<void>;
  /** What `Hello` calls this program. */
  readonly software?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly createHash?: CreateHash;
}

/** Opens the replica in `storage`, or makes a new, empty one of a domain of its own. */
export declare const openReplica: (options: ReplicaOptions) => Promise<Replica>;
