import { sameBytes } from "@concordat/crdt";
import type { Operation, Row, Store } from "@concordat/storage";
import { UNFINISHED_KEY } from "../database/meta.js";
import { REPLICA_LIMITS } from "../replica-limits.js";

/** Writes rows as they are, in commits of bounded size. That the database is unfinished stays said. */
export const writeRows = async (store: Store, pages: AsyncIterable<readonly Row[]>): Promise<void> => {
  let operations: Operation[] = [];
  let bytes = 0;
  for await (const rows of pages) {
    for (const row of rows) {
      if (sameBytes(row.key, UNFINISHED_KEY)) continue;
      operations.push(row);
      bytes += row.key.length + row.value.length;
    }
    if (operations.length < REPLICA_LIMITS.restoredRowsMax && bytes < REPLICA_LIMITS.restoredBytesMax) continue;
    await store.commit({ operations });
    operations = [];
    bytes = 0;
  }
  await store.commit({ operations });
};
