import {
  type DomainUuid,
  extendLineage,
  NO_LINEAGE,
  randomUuid,
  type ServerUuid,
  type UniquePolicy,
} from "@concordat/crdt";
import { DEFAULT_LIMITS, type EntryLimits, type ProtocolLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import type { CertificateExchange } from "./certificate-exchange.js";
import { CommitBuilder } from "./database/commit-builder.js";
import { Database } from "./database/database.js";
import { COMMIT_NAME_BYTES } from "./database/rows.js";
import type { Entry } from "./entry.js";
import { adjusted, type LiveSettings } from "./live-settings.js";
import type { PartnerOptions } from "./partner.js";
import type { Clock } from "./ports/clock.js";
import type { CreateHash } from "./ports/hash.js";
import { type Log, SILENT_LOG } from "./ports/log.js";
import type { Ports } from "./ports/ports.js";
import type { Random } from "./ports/random.js";
import { newDatabaseName, Replacements } from "./refresh/replacements.js";
import type { Replica } from "./replica.js";
import { ReplicaError } from "./replica-error.js";
import { ReplicaNode, storedEntryLimits } from "./replica-node.js";
import { checkSchema, type Schema } from "./schema.js";
import { type ChunkLimits, DEFAULT_CHUNK } from "./session/chunk-limits.js";
import { systemClock, systemHash, systemRandom } from "./system/system-ports.js";

export interface ReplicaOptions {
  readonly storage: Storage;
  readonly attributes?: Schema;
  /**
   * Who shows a value of a unique attribute that several entries have after a merge: the one that had it `earliest`, or, as
   * with `all`, none of them. The same on all nodes, or they show different things; `earliest` when left out.
   */
  readonly uniqueConflict?: UniquePolicy;
  readonly partners?: readonly PartnerOptions[];
  /** The fallback behind push; 15,000 when left out. */
  readonly pollIntervalMs?: number | undefined;
  /** A change stamped further ahead of the local clock is not applied; 300,000 when left out. */
  readonly clockSkewMaxMs?: number | undefined;
  /**
   * How long deletions and removal marks are kept, for partners that are away: one that stays away for longer has to be
   * refreshed. 604,800,000 (7 days) when left out.
   */
  readonly changelogMaxAgeMs?: number | undefined;
  /** Refuse local writes with `read_only`; replication goes on. False when left out. */
  readonly readOnly?: boolean | undefined;
  /** Tells partners of certificates, and hears of theirs; nothing is said of them when left out. */
  readonly certificates?: CertificateExchange;
  readonly limits?: ProtocolLimits;
  /** How much this node sends at once; 512 entries or 256 KiB when left out. */
  readonly chunk?: ChunkLimits;
  /**
   * Keep the database that a refresh replaced until the next refresh succeeds; true when left out. Otherwise it goes
   * when the replica is opened again.
   */
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

const LIVE_DEFAULTS: LiveSettings = {
  pollIntervalMs: 15_000,
  clockSkewMaxMs: 300_000,
  changelogMaxAgeMs: 604_800_000,
  readOnly: false,
};

const DEFAULTS = {
  keepReplacedDatabase: true,
  software: "concordat",
} as const;

/**
 * Opens the replica in `storage`, or makes a new, empty one of a domain of its own. The storage is the replica's from
 * then on: `close` closes it.
 *
 * @throws ReplicaError `database_corrupt`, StorageError; `invalid_schema`, and then the storage is as it was.
 */
export const openReplica = async (options: ReplicaOptions): Promise<Replica> => {
  const { storage, limits = DEFAULT_LIMITS, attributes = {} } = options;
  checkSchema(attributes);
  const ports = {
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    log: options.log ?? SILENT_LOG,
    createHash: options.createHash ?? systemHash,
  };
  const stored = storedEntryLimits(limits);
  const keepReplaced = options.keepReplacedDatabase ?? DEFAULTS.keepReplacedDatabase;
  const database = await openDatabase(storage, ports, stored, keepReplaced);
  const settings = {
    storage,
    ports,
    limits,
    live: adjusted(LIVE_DEFAULTS, {
      pollIntervalMs: options.pollIntervalMs,
      clockSkewMaxMs: options.clockSkewMaxMs,
      changelogMaxAgeMs: options.changelogMaxAgeMs,
      readOnly: options.readOnly,
    }),
    chunk: options.chunk ?? DEFAULT_CHUNK,
    software: options.software ?? DEFAULTS.software,
    uniquePolicy: options.uniqueConflict ?? "earliest",
    onDiscard: options.onDiscard,
    certificates: options.certificates,
  };
  const replica = new ReplicaNode(settings, database, attributes);
  try {
    await replica.start(options.partners ?? []);
    return replica;
  } catch (error) {
    await replica.close();
    throw error;
  }
};

/** The current database. Where there is none to be had, the storage is given back. */
const openDatabase = async (
  storage: Storage,
  ports: Ports,
  limits: EntryLimits,
  keepReplaced: boolean,
): Promise<Database> => {
  const current = await storage.open();
  try {
    const database = await openCurrent(storage, current, ports, limits);
    if (!keepReplaced) await new Replacements(storage, ports.random, limits).dropAllBut([database.name]);
    return database;
  } catch (error) {
    await storage.close();
    throw error;
  }
};

const openCurrent = async (
  storage: Storage,
  current: string | undefined,
  ports: Ports,
  limits: EntryLimits,
): Promise<Database> => {
  if (current === undefined) return createFirst(storage, ports, limits);
  const existing = await Database.open(current, await storage.openStore(current), limits);
  if (existing && existing.identity.refreshFrom === undefined) return existing;
  throw new ReplicaError(
    "database_corrupt",
    `the current database, ${current}, is not one of a replica: restore a backup, or start with an empty storage and refresh`,
  );
};

const createFirst = async (storage: Storage, ports: Ports, limits: EntryLimits): Promise<Database> => {
  const { random } = ports;
  const name = newDatabaseName(random);
  const identity = {
    domainUuid: randomUuid<DomainUuid>(random.bytes(16)),
    serverUuid: randomUuid<ServerUuid>(random.bytes(16)),
    refreshFrom: undefined,
  };
  const database = await Database.create(name, await storage.openStore(name), identity, [], limits);
  await found(database, ports);
  await storage.makeCurrent(name);
  return database;
};

/**
 * The founding of a domain is a change without an entry. Every copy has seen it, so that two replicas of one domain
 * always have a server in common, also when the first writes on both sides come before the first pull.
 */
const found = async (database: Database, { clock, random }: Ports): Promise<void> => {
  const ts = clock.wallMicros();
  const commitName = random.bytes(COMMIT_NAME_BYTES);
  const builder = new CommitBuilder(database);
  builder.setRow(database.serverUuid, { seen: ts, purged: 0, lineage: extendLineage(NO_LINEAGE, ts, commitName) });
  builder.raiseClock(ts);
  await builder.commit(commitName);
};
