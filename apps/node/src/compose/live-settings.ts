import type { Config } from "@concordat/config";
import type { LiveChanges } from "@concordat/replica";

/** What of the configuration a running replica takes over as it is. Pure. */
export const liveSettings = ({ readOnly, replication }: Config): LiveChanges => ({
  pollIntervalMs: replication?.taskPollIntervalMs,
  clockSkewMaxMs: replication?.maxClockSkewMs,
  changelogMaxAgeMs: replication?.changelogMaxAgeMs,
  readOnly,
});
