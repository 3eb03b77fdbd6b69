import type { Seen } from "@concordat/crdt";
import type { BackupHeader } from "../backup/backup-header.js";
import type { Database } from "../database/database.js";
import type { Entry } from "../entry.js";
import type { Log } from "../ports/log.js";
import { entriesOf } from "../refresh/discarded-entries.js";
import { countLocalOnly, localOnlyUuids } from "../refresh/local-only.js";

export interface LossHandling {
  readonly onDiscard: ((entries: AsyncIterable<Entry>) => Promise<void>) | undefined;
  readonly log: Log;
}

/**
 * Hands what the replaced database has and the backup lacks to `onDiscard`: after the swap, when nobody writes to it any more, so
 * that no writer waits. The replaced database is kept as well. @returns how many entries that are, deletions too.
 */
export const handOverLost = async (
  replaced: Database,
  { seen }: BackupHeader,
  { onDiscard, log }: LossHandling,
): Promise<number> => {
  const theirs: Seen = (server) => seen.get(server) ?? 0;
  const { entries } = await countLocalOnly(replaced, theirs, 0);
  if (entries === 0) return 0;
  try {
    await onDiscard?.(entriesOf(replaced, localOnlyUuids(replaced, theirs, 0)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const where = `it is in the database that was replaced, ${replaced.name}`;
    log.warn("discarded_not_exported", `what the restore discards was not exported: ${message}; ${where}`);
  }
  return entries;
};
