import { announce } from "../database/announce.js";
import { CommitBuilder } from "../database/commit-builder.js";
import type { Database } from "../database/database.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { NO_STREAMS, unclaimedOperation } from "../database/unclaimed-streams.js";
import type { Random } from "../ports/random.js";

/**
 * Says that there is news where a stream that ended early left something behind: what was cut may never go on, and what its author
 * had may be gone for good. Durable when it resolves; does nothing otherwise. In the writer's turn. Model, section 5.
 */
export const announceUnclaimed = async (database: Database, random: Random): Promise<void> => {
  if (database.unclaimed.size === 0) return;
  const builder = new CommitBuilder(database);
  const commitName = random.bytes(COMMIT_NAME_BYTES);
  announce(builder, commitName);
  builder.addOperations([unclaimedOperation(NO_STREAMS)]);
  await builder.commit(commitName);
  database.unclaimed = NO_STREAMS;
};
