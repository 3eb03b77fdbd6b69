import { randomUuid, type Seen, type ServerUuid } from "@concordat/crdt";
import type { EntryLimits } from "@concordat/protocol";
import { StorageError } from "@concordat/storage";
import type { BackupHeader } from "../backup/backup-header.js";
import { type BackupProgress, progressAfter } from "../backup/check-backup.js";
import { type BackupPart, readBackup } from "../backup/read-backup.js";
import { Database } from "../database/database.js";
import { finishedOperation } from "../database/meta.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { healFork } from "../fork/heal-fork.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";
import { countLocalOnly, type LocalOnly } from "../refresh/local-only.js";
import type { Replacements } from "../refresh/replacements.js";
import { ReplicaError } from "../replica-error.js";
import type { Turn } from "../turn.js";
import { writeRows } from "./write-rows.js";

export interface RestoreContext {
  readonly replacements: Replacements;
  readonly turn: Turn;
  readonly random: Random;
  readonly createHash: CreateHash;
  readonly entryLimits: EntryLimits;
  readonly signal: AbortSignal;
  /** What is there now, if anything that reads. */
  readonly database: () => CurrentDatabase;
  readonly onProgress: (progress: BackupProgress) => void;
  /** Readies `database` to be served: what takes long, before the writer's turn. */
  readonly prepare: (database: Database) => Promise<void>;
  /** Makes `database` the one that is served. Within the writer's turn. */
  readonly swap: (database: Database) => Promise<void>;
}

export type CurrentDatabase =
  | { readonly kind: "present"; readonly database: Database }
  | { readonly kind: "absent" }
  /** It is there, and does not read. */
  | { readonly kind: "damaged"; readonly name: string; readonly reason: string };

export interface RestoreInput {
  readonly backup: AsyncIterable<Uint8Array>;
  readonly discardLocalChanges: boolean;
}

export type Restored =
  | { readonly kind: "restored"; readonly header: BackupHeader; readonly database: Database; readonly bytes: number }
  | ({ readonly kind: "would-discard" } & LocalOnly)
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Reads a backup into a new database beside the current one, under a new server uuid, then swaps them; model, section 6. The
 * backup is checked to its end before the swap, which is one atomic step: whatever goes wrong before it leaves everything as it was.
 *
 * @throws ReplicaError `backup_damaged`, `backup_unsupported`; StorageError; what aborts `signal`.
 */
export const restore = async (
  context: RestoreContext,
  { backup, discardLocalChanges }: RestoreInput,
): Promise<Restored> => {
  const parts = readBackup(backup, context.createHash);
  try {
    const header = await headerOf(parts);
    const seen: Seen = (server) => header.seen.get(server) ?? 0;
    const looked = headOf(context.database());
    const refusal = discardLocalChanges ? undefined : await lossOf(context.database(), seen, 0);
    if (refusal) return refusal;
    await context.replacements.dropUnfinished(nameOf(context.database()));
    const { database, bytes } = await fill(context, parts, header);
    return await context.turn.run(async () => {
      context.signal.throwIfAborted();
      const late = discardLocalChanges ? undefined : await lossOf(context.database(), seen, looked);
      if (late) return late;
      const adopted = await context.replacements.adopt(database);
      await context.swap(adopted);
      return { kind: "restored", header, database: adopted, bytes } as const;
    });
  } finally {
    await parts.return(undefined);
    // Nothing when it was adopted.
    await context.replacements.discard().catch(() => undefined);
  }
};

const headerOf = async (parts: AsyncGenerator<BackupPart>): Promise<BackupHeader> => {
  const { value } = await parts.next();
  if (value?.kind !== "header") throw new Error("a backup begins with its header");
  return value.header;
};

/** What goes with the current database, where anything does. */
const lossOf = async (
  current: CurrentDatabase,
  seen: Seen,
  afterSequence: number,
): Promise<Exclude<Restored, { kind: "restored" }> | undefined> => {
  if (current.kind === "absent") return undefined;
  if (current.kind === "damaged") return { kind: "unreadable", reason: current.reason };
  const losing = await countLocalOnly(current.database, seen, afterSequence);
  return losing.entries > 0 ? { kind: "would-discard", ...losing } : undefined;
};

const headOf = (current: CurrentDatabase): number =>
  current.kind === "present" ? current.database.state.head.sequence : 0;

const nameOf = (current: CurrentDatabase): string | undefined => {
  if (current.kind === "present") return current.database.name;
  return current.kind === "damaged" ? current.name : undefined;
};

/** A new database with what the backup holds, under a server uuid of its own. */
const fill = async (
  { replacements, random, entryLimits, signal, onProgress, prepare }: RestoreContext,
  parts: AsyncIterable<BackupPart>,
  header: BackupHeader,
): Promise<{ readonly database: Database; readonly bytes: number }> => {
  const { name, store } = await replacements.createBlank(header.domainUuid);
  let progress: BackupProgress = { entries: 0, entriesTotal: 0, bytes: 0 };
  const rowsOf = async function* () {
    for await (const part of parts) {
      signal.throwIfAborted();
      if (part.kind !== "rows") continue;
      yield part.rows;
      progress = progressAfter(progress, part.rows, header);
      onProgress(progress);
    }
  };
  await writeRows(store, rowsOf());
  await store.commit({ operations: [finishedOperation] });
  const database = await reading(async () => {
    const restored = await opened(name, store, entryLimits);
    expectContent(restored, header);
    const to = randomUuid<ServerUuid>(random.bytes(16));
    const renewed = { after: Number.MAX_SAFE_INTEGER, isGuess: false, to, commitName: random.bytes(COMMIT_NAME_BYTES) };
    await healFork(restored, renewed);
    return opened(name, store, entryLimits);
  });
  await prepare(database);
  return { database, bytes: progress.bytes };
};

/** What does not read is the backup's: its checksums say that it is as somebody wrote it, not that a replica did. */
const reading = async <T>(read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof StorageError || (cause instanceof ReplicaError && cause.code === "backup_damaged"))
      throw cause;
    throw new ReplicaError(
      "backup_damaged",
      "rows of the backup do not read, though it is whole: no replica has written it; take another one",
      { cause },
    );
  }
};

const opened = async (name: string, store: Database["store"], limits: EntryLimits): Promise<Database> => {
  const database = await Database.open(name, store, limits);
  if (database === undefined) throw new ReplicaError("backup_damaged", "the backup holds no description of a database");
  return database;
};

/** The loss was counted by what the header says: it must be what the rows say. */
const expectContent = ({ domainUuid, state }: Database, header: BackupHeader): void => {
  const isSame = [...state.ruv].every(([server, { seen }]) => seen === (header.seen.get(server) ?? 0));
  if (isSame && domainUuid === header.domainUuid && state.ruv.size === header.seen.size) return;
  throw new ReplicaError(
    "backup_damaged",
    "the backup's header speaks of other content than its rows: take another one",
  );
};
