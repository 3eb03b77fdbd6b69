import type { RestoreOutcome } from "../replica.js";
import type { Restored } from "./restore.js";

/** What is told of a restore that has happened. */
export const restoredOutcome = (
  { header, database, bytes }: Extract<Restored, { kind: "restored" }>,
  discarded: number,
): Extract<RestoreOutcome, { kind: "restored" }> => {
  const { liveEntries, tombstones } = database.state.totals;
  return {
    kind: "restored",
    createdAtMicros: header.createdAtMicros,
    domainUuid: database.domainUuid,
    serverUuid: database.serverUuid,
    entries: liveEntries + tombstones,
    bytes,
    discarded,
  };
};
