import { extendLineage, nextTimestamp } from "@concordat/crdt";
import type { CommitBuilder } from "./commit-builder.js";

/**
 * Adds a change of this replica's own, without an entry: whoever asks it then finds that there is news, and is sent what it lacks,
 * claimed or not.
 */
export const announce = (builder: CommitBuilder, commitName: Uint8Array): void => {
  const { serverUuid } = builder.database;
  const row = builder.row(serverUuid);
  const ts = nextTimestamp(0, builder.clockMicros);
  builder.raiseClock(ts);
  builder.setRow(serverUuid, { ...row, seen: ts, lineage: extendLineage(row.lineage, ts, commitName) });
};
