import { DEFAULT_LIMITS, type ProtocolLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import { Database } from "./database/database.js";
import type { Entry } from "./entry.js";
import type { CreateHash } from "./ports/hash.js";
import { type Log, SILENT_LOG } from "./ports/log.js";
import type { Random } from "./ports/random.js";
import { Replacements } from "./refresh/replacements.js";
import type { RestoreOptions, RestoreOutcome } from "./replica.js";
import { storedEntryLimits } from "./replica-node.js";
import { handOverLost } from "./restore/lost-entries.js";
import { type CurrentDatabase, restore } from "./restore/restore.js";
import { restoredOutcome } from "./restore/restored-outcome.js";
import { systemHash, systemRandom } from "./system/system-ports.js";
import { Turn } from "./turn.js";

export interface RestoreStorageOptions extends RestoreOptions {
  readonly storage: Storage;
  readonly limits?: ProtocolLimits;
  /** Given what is lost with the current database, once the backup is current. */
  readonly onDiscard?: (entries: AsyncIterable<Entry>) => Promise<void>;
  readonly log?: Log;
  readonly random?: Random;
  readonly createHash?: CreateHash;
}

/**
 * Restores a backup into a storage that no replica has open: an empty one, one with a replica, whose database is kept until the
 * next refresh or restore, or one whose database does not read any more. The storage is closed afterwards.
 *
 * @throws ReplicaError `backup_damaged`, `backup_unsupported`; StorageError, `storage_locked` where a replica has it; then nothing
 * has changed.
 */
export const restoreStorage = async (options: RestoreStorageOptions): Promise<RestoreOutcome> => {
  const { storage, limits = DEFAULT_LIMITS, log = SILENT_LOG } = options;
  const { random = systemRandom, createHash = systemHash } = options;
  const { backup, discardLocalChanges = false, onProgress = () => undefined } = options;
  const entryLimits = storedEntryLimits(limits);
  const name = await storage.open();
  try {
    const current = await currentDatabase(storage, name, entryLimits);
    const replacements = new Replacements(storage, random, entryLimits);
    const context = {
      replacements,
      turn: new Turn(),
      random,
      createHash,
      entryLimits,
      signal: options.signal ?? new AbortController().signal,
      database: () => current,
      onProgress,
      // Whoever opens the replica does both.
      prepare: async () => undefined,
      swap: async () => undefined,
    };
    const outcome = await restore(context, { backup, discardLocalChanges });
    if (outcome.kind !== "restored") return outcome;
    const { header, database } = outcome;
    const discarded =
      current.kind === "present" && discardLocalChanges
        ? await handOverLost(current.database, header, { onDiscard: options.onDiscard, log })
        : 0;
    await replacements.dropAllBut([database.name, name ?? ""]).catch(() => undefined);
    return restoredOutcome(outcome, discarded);
  } finally {
    await storage.close();
  }
};

const currentDatabase = async (
  storage: Storage,
  name: string | undefined,
  limits: ReturnType<typeof storedEntryLimits>,
): Promise<CurrentDatabase> => {
  if (name === undefined) return { kind: "absent" };
  try {
    const database = await Database.open(name, await storage.openStore(name), limits);
    return database ? { kind: "present", database } : { kind: "damaged", name, reason: "it has no description" };
  } catch (error) {
    return { kind: "damaged", name, reason: error instanceof Error ? error.message : String(error) };
  }
};
