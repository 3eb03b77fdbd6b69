import type { DomainUuid, Ruv, ServerUuid, Uuid } from "@concordat/crdt";
import { type Channel, DEFAULT_LIMITS, type EntryLimits, type Hello, type ProtocolLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import { CommitSignal } from "./commit-signal.js";
import type { Database } from "./database/database.js";
import type { AttributeChanges, Attributes, Entry, Lookup } from "./entry.js";
import { PartnerLinks } from "./link/partner-links.js";
import type { PartnerOptions } from "./partner.js";
import type { Ports } from "./ports/ports.js";
import { followChanges } from "./read/change-feed.js";
import { digestContent } from "./read/content-digest.js";
import { allEntries, listEntries, readEntries, readLookup } from "./read/entry-reader.js";
import { entriesOf } from "./refresh/discarded-entries.js";
import { refresh } from "./refresh/refresh.js";
import { Replacements } from "./refresh/replacements.js";
import type {
  Change,
  ChangesOptions,
  Committed,
  ContentDigest,
  CreateOptions,
  EntryPage,
  ListOptions,
  RefreshOptions,
  RefreshOutcome,
  Replica,
  Transaction,
  VerifyReport,
  WriteOptions,
} from "./replica.js";
import { ReplicaError } from "./replica-error.js";
import type { RefreshProgress, ReplicaStatus } from "./replica-status.js";
import type { Schema } from "./schema.js";
import type { ChunkLimits } from "./session/feed-stream.js";
import type { PullOutcome } from "./session/pull-outcome.js";
import { type PullingContext, pullOver } from "./session/pull-over.js";
import { Supplying } from "./session/supplying.js";
import { Turn } from "./turn.js";
import { verifyDatabase } from "./verify-database.js";
import { Writer } from "./write/writer.js";

/** What a replica is told once, when it is opened. */
export interface ReplicaSettings {
  readonly storage: Storage;
  readonly ports: Ports;
  readonly limits: ProtocolLimits;
  readonly pollIntervalMs: number;
  readonly clockSkewMaxMs: number;
  readonly chunk: ChunkLimits;
  readonly software: string;
  readonly onDiscard: ((entries: AsyncIterable<Entry>) => Promise<void>) | undefined;
}

/** The replica over its current database, which a refresh replaces. Composes; decides nothing. */
export class ReplicaNode implements Replica {
  readonly #settings: ReplicaSettings;
  readonly #turn = new Turn();
  readonly #commits = new CommitSignal();
  readonly #closing = new AbortController();
  readonly #writer: Writer;
  readonly #pulling: PullingContext;
  readonly #links: PartnerLinks;
  readonly #supplying: Supplying;
  /** Replaced by a refresh while readers may still be in it: closed with the replica, or by the next refresh. */
  #replaced: Database | undefined;
  #database: Database;
  #schema: Schema;
  #refresh: RefreshProgress | undefined;

  constructor(settings: ReplicaSettings, database: Database, schema: Schema) {
    this.#settings = settings;
    this.#database = database;
    this.#schema = schema;
    const shared = {
      ...settings,
      ...settings.ports,
      turn: this.#turn,
      commits: this.#commits,
      database: () => this.#database,
      hello: () => this.#hello(),
      entryLimits: () => this.#entryLimits(),
      onCommit: () => this.#commits.notify(),
    };
    this.#pulling = shared;
    this.#writer = new Writer({ ...shared, schema: () => this.#schema });
    this.#links = new PartnerLinks({
      ...shared,
      refresh: (origin, signal) => this.#refreshAutomatically(origin, signal),
    });
    this.#supplying = new Supplying({
      ...shared,
      isRefreshing: () => this.#refresh !== undefined,
      onConsumer: (origin) => this.#links.wake(origin),
      onRequest: (origin) => this.#links.noteSupplied(origin),
    });
  }

  get domainUuid(): DomainUuid {
    return this.#database.domainUuid;
  }

  get serverUuid(): ServerUuid {
    return this.#database.serverUuid;
  }

  async create(attributes: Attributes, options?: CreateOptions): Promise<Uuid> {
    return (await this.transact((transaction) => transaction.create(attributes, options))).result;
  }

  async modify(uuid: Uuid, changes: AttributeChanges, options?: WriteOptions): Promise<void> {
    await this.transact((transaction) => transaction.modify(uuid, changes, options));
  }

  async delete(uuid: Uuid, options?: WriteOptions): Promise<void> {
    await this.transact((transaction) => transaction.delete(uuid, options));
  }

  async transact<T>(work: (transaction: Transaction) => T | Promise<T>): Promise<Committed<T>> {
    this.#expectOpen();
    return this.#writer.transact(work);
  }

  async get(uuid: Uuid): Promise<Entry | undefined> {
    const [entry] = await readEntries(this.#database, [uuid]);
    return entry;
  }

  lookup(uuid: Uuid): Promise<Lookup> {
    return readLookup(this.#database, uuid);
  }

  getMany(uuids: readonly Uuid[]): Promise<(Entry | undefined)[]> {
    return readEntries(this.#database, uuids);
  }

  list(options: ListOptions = {}): Promise<EntryPage> {
    return listEntries(this.#database, options);
  }

  entries(): AsyncIterable<Entry> {
    return allEntries(this.#database);
  }

  changes({ after, signal }: ChangesOptions = {}): AsyncIterable<Change> {
    const ended = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    return followChanges({ database: () => this.#database, commits: this.#commits, signal: ended }, after);
  }

  digest(): Promise<ContentDigest> {
    return digestContent(this.#database, this.#settings.ports.createHash);
  }

  verify(): Promise<VerifyReport> {
    return verifyDatabase(this.#database);
  }

  ruv(): Ruv {
    return this.#database.state.ruv;
  }

  status(): ReplicaStatus {
    const { domainUuid, serverUuid } = this;
    const { ruv, totals } = this.#database.state;
    return { domainUuid, serverUuid, ruv, totals, partners: this.#links.status(), refresh: this.#refresh };
  }

  setPartners(partners: readonly PartnerOptions[]): void {
    this.#expectOpen();
    this.#links.set(partners);
  }

  setSchema(schema: Schema): void {
    this.#schema = schema;
  }

  accept(channel: Channel): Promise<void> {
    return this.#closing.signal.aborted ? channel.close() : this.#supplying.accept(channel);
  }

  pullFrom(channel: Channel): Promise<PullOutcome> {
    this.#expectOpen();
    return pullOver(channel, this.#pulling);
  }

  pullNow(): void {
    this.#links.wake();
  }

  refresh(options: RefreshOptions = {}): Promise<RefreshOutcome> {
    return this.#runRefresh(options, undefined);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#links.close();
    await this.#supplying.endAll();
    await this.#turn.run(async () => {
      await this.#database.store.close();
      await this.#replaced?.store.close();
      await this.#settings.storage.close();
    });
  }

  async #refreshAutomatically(origin: string, signal: AbortSignal): Promise<void> {
    const { log } = this.#settings.ports;
    if (this.#refresh) return;
    log.info("refresh_started", `replacing the content by that of ${origin}, as automatic_refresh says`, { origin });
    const outcome = await this.#runRefresh(
      { from: origin, discardLocalChanges: true, signal },
      this.#settings.onDiscard,
    );
    if (outcome.kind === "refused") log.warn("refresh_refused", outcome.reason, { origin, remedy: outcome.remedy });
  }

  async #runRefresh(options: RefreshOptions, onDiscard: ReplicaSettings["onDiscard"]): Promise<RefreshOutcome> {
    this.#expectOpen();
    const partner = this.#links.pullPartner(options.from);
    if (partner === undefined) throw unknownPartner(options.from);
    if (this.#refresh) return busy(partner.origin);
    const { ports, storage } = this.#settings;
    this.#refresh = { origin: partner.origin, entries: 0, entriesEstimate: 0, bytes: 0, bytesEstimate: 0 };
    try {
      await this.#closeReplaced();
      const replacements = new Replacements(storage, ports.random, storedEntryLimits(this.#settings.limits));
      const outcome = await refresh(
        {
          ...this.#settings,
          ...ports,
          partner,
          turn: this.#turn,
          replacements,
          signal: options.signal ? AbortSignal.any([options.signal, this.#closing.signal]) : this.#closing.signal,
          database: () => this.#database,
          hello: () => this.#hello(),
          entryLimits: () => this.#entryLimits(),
          onProgress: (progress) => {
            this.#refresh = progress;
            options.onProgress?.(progress);
          },
          beforeDiscard: async (uuids) => onDiscard?.(entriesOf(this.#database, uuids)),
          swap: (database) => this.#swap(database),
        },
        options,
      );
      if (outcome.kind === "refreshed") await this.#afterRefresh(outcome, replacements);
      return outcome;
    } finally {
      this.#refresh = undefined;
    }
  }

  /** From here on readers, writers and partners meet the new database. */
  async #swap(database: Database): Promise<void> {
    this.#replaced = this.#database;
    this.#database = database;
    this.#commits.notify();
  }

  async #afterRefresh(
    outcome: Extract<RefreshOutcome, { kind: "refreshed" }>,
    replacements: Replacements,
  ): Promise<void> {
    const { origin, entries, bytes, discarded } = outcome;
    const { log } = this.#settings.ports;
    log.info("refresh_done", `took over ${entries} entries from ${origin}`, { origin, entries, bytes, discarded });
    void this.#supplying.endAll();
    this.#links.reconnect();
    await replacements.dropAllBut([this.#database.name, this.#replaced?.name ?? ""]);
  }

  async #closeReplaced(): Promise<void> {
    const replaced = this.#replaced;
    this.#replaced = undefined;
    await replaced?.store.close();
  }

  #hello(): Hello {
    const { limits, ports, software } = this.#settings;
    const { requestFrameBytesMax, replyFrameBytesMax, entryBytesMax } = limits;
    return {
      type: "hello",
      minor: 0,
      software,
      domainUuid: this.domainUuid,
      serverUuid: this.serverUuid,
      clockMicros: ports.clock.wallMicros(),
      features: [],
      limits: { requestFrameBytesMax, replyFrameBytesMax, entryBytesMax },
    };
  }

  #entryLimits(): EntryLimits {
    const { clockSkewMaxMs, ports } = this.#settings;
    return { ...this.#settings.limits, changeMicrosMax: ports.clock.wallMicros() + clockSkewMaxMs * 1_000 };
  }

  #expectOpen(): void {
    if (this.#closing.signal.aborted) throw new ReplicaError("closed", "the replica is closed");
  }
}

/** What is read back was admitted once: merges may have joined entries that each were within the limit. */
export const storedEntryLimits = (limits: ProtocolLimits = DEFAULT_LIMITS): EntryLimits => ({
  ...limits,
  entryBytesMax: Number.MAX_SAFE_INTEGER,
});

const unknownPartner = (origin: string | undefined): ReplicaError =>
  new ReplicaError(
    "unknown_partner",
    origin === undefined
      ? "say which partner to refresh from: this node pulls from none, or from more than one"
      : `${origin} is no partner that this node pulls from: see [replication] in server.toml`,
  );

const busy = (origin: string): RefreshOutcome => ({
  kind: "refused",
  origin,
  reason: "this node is being refreshed already",
  remedy: "wait for the refresh that runs: status shows its progress",
});
