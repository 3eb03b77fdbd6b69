import type { DomainUuid, Ruv, ServerUuid, UniquePolicy, Uuid } from "@concordat/crdt";
import { type Channel, DEFAULT_LIMITS, type EntryLimits, type Hello, type ProtocolLimits } from "@concordat/protocol";
import type { Storage } from "@concordat/storage";
import { backupDatabase } from "./backup/backup-database.js";
import type { CertificateExchange, ConnectionPeer } from "./certificate-exchange.js";
import { CommitSignal } from "./commit-signal.js";
import { type CompareWithContext, compareWith, DIGEST_FEATURE } from "./compare/compare-with.js";
import type { CompareOptions, ComparisonOutcome } from "./comparison.js";
import { findConflict, listConflicts } from "./conflict/conflicts.js";
import { resolveConflict } from "./conflict/resolve-conflict.js";
import type { Conflict, ConflictPage, ConflictResolution, ConflictsOptions } from "./conflict.js";
import { connectPartner } from "./connect-partner.js";
import { SchemaInForce } from "./constraint/schema-in-force.js";
import { CommitBuilder } from "./database/commit-builder.js";
import type { Database } from "./database/database.js";
import { COMMIT_NAME_BYTES } from "./database/rows.js";
import type { AttributeChanges, Attributes, Entry, Lookup } from "./entry.js";
import type { ForkEvidence } from "./fork/fork-evidence.js";
import { type ForkWitness, Healing } from "./fork/healing.js";
import { PartnerLinks } from "./link/partner-links.js";
import { PausedPartners } from "./link/paused-partners.js";
import { Pausing } from "./link/pausing.js";
import { adjusted, type LiveChanges, type LiveSettings } from "./live-settings.js";
import { onAbort } from "./on-abort.js";
import type { PartnerOptions } from "./partner.js";
import type { Ports } from "./ports/ports.js";
import { PartnerClocks } from "./purge/partner-clocks.js";
import { Purging } from "./purge/purging.js";
import { followChanges } from "./read/change-feed.js";
import { digestContent } from "./read/content-digest.js";
import { allEntries, listEntries, readEntries, readEntry, readLookup } from "./read/entry-reader.js";
import { findEntries } from "./read/find-entries.js";
import { Refreshing } from "./refresh/refreshing.js";
import { Replacements } from "./refresh/replacements.js";
import { Replacing } from "./refresh/replacing.js";
import type {
  BackupOptions,
  Change,
  ChangesOptions,
  Committed,
  ContentDigest,
  CreateOptions,
  EntryPage,
  FindOptions,
  ListOptions,
  PullOptions,
  PurgeOutcome,
  ReconnectOptions,
  RefreshOptions,
  RefreshOutcome,
  Replica,
  RestoreOptions,
  RestoreOutcome,
  Transaction,
  VerifyOptions,
  VerifyReport,
  WaitOptions,
  WaitOutcome,
  WriteOptions,
} from "./replica.js";
import { ReplicaError } from "./replica-error.js";
import type { ReplicaStatus } from "./replica-status.js";
import { Restoring } from "./restore/restoring.js";
import type { Schema } from "./schema.js";
import { announceUnclaimed } from "./session/announce-unclaimed.js";
import type { ChunkLimits } from "./session/chunk-limits.js";
import type { PullOutcome } from "./session/pull-outcome.js";
import { type PullingContext, pullOver } from "./session/pull-over.js";
import { SHOWN_FEATURE } from "./session/supplier.js";
import { Supplying } from "./session/supplying.js";
import { encodeToken } from "./token/ruv-token.js";
import { waitForToken } from "./token/wait-for.js";
import { Turn } from "./turn.js";
import { unknownPartner } from "./unknown-partner.js";
import { verifyDatabase } from "./verify-database.js";
import type { EntryTransaction } from "./write/entry-transaction.js";
import { HeldWrites } from "./write/held-writes.js";
import { Writer } from "./write/writer.js";

/** What a replica is told once, when it is opened. */
export interface ReplicaSettings {
  readonly storage: Storage;
  readonly ports: Ports;
  readonly limits: ProtocolLimits;
  readonly live: LiveSettings;
  readonly chunk: ChunkLimits;
  readonly software: string;
  readonly uniquePolicy: UniquePolicy;
  readonly certificates: CertificateExchange | undefined;
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
  readonly #replacing: Replacing;
  readonly #refreshing: Refreshing;
  readonly #restoring: Restoring;
  readonly #comparing: CompareWithContext;
  readonly #purging: Purging;
  readonly #partnerClocks: PartnerClocks;
  readonly #paused = new PausedPartners();
  readonly #pausing: Pausing;
  #database: Database;
  readonly #schema: SchemaInForce;
  #live: LiveSettings;
  #closed: Promise<void> | undefined;
  readonly #healing: Healing;
  readonly #held = new HeldWrites();

  constructor(settings: ReplicaSettings, database: Database, schema: Schema) {
    this.#settings = settings;
    this.#database = database;
    this.#live = settings.live;
    this.#partnerClocks = new PartnerClocks(settings.ports.clock);
    const shared = {
      ...settings,
      ...settings.ports,
      live: () => this.#live,
      paused: this.#paused,
      carried: () => this.#paused.operations(),
      turn: this.#turn,
      commits: this.#commits,
      database: () => this.#database,
      hello: (origin: string) => this.#hello(origin),
      entryLimits: () => this.#entryLimits(),
      onCommit: () => {
        this.#links.noteCommit(this.#database.state);
        this.#commits.notify();
      },
      onHello: (peer: ConnectionPeer, hello: Hello) => {
        this.#heard(peer, hello, true);
        this.#links.notePeer(peer.partner, hello);
      },
      closing: this.#closing.signal,
    };
    this.#schema = new SchemaInForce(schema, shared);
    this.#pulling = shared;
    this.#comparing = shared;
    this.#writer = new Writer({ ...shared, schema: () => this.schema, held: () => this.#held.until });
    const swap = async (next: Database): Promise<void> => {
      await this.#schema.holdTo(next);
      this.#swap(next);
    };
    this.#healing = new Healing({
      ...shared,
      adopt: (database) => this.#swap(database),
      onHealed: () => this.#meetAgain(),
    });
    const storedLimits = storedEntryLimits(settings.limits);
    this.#replacing = new Replacing({
      ...shared,
      newReplacements: () => new Replacements(settings.storage, settings.ports.random, storedLimits),
      swap,
    });
    const replacing = { replacing: this.#replacing, onReplaced: () => this.#meetAgain() };
    this.#refreshing = new Refreshing({
      ...shared,
      ...replacing,
      partner: (origin) => this.#links.pullPartner(origin),
    });
    this.#restoring = new Restoring({
      ...shared,
      ...replacing,
      storedLimits,
      prepare: async (database) => {
        await this.#schema.holdTo(database);
        await this.#paused.writeTo(database);
      },
    });
    this.#links = new PartnerLinks({
      ...shared,
      refresh: (origin, signal) => this.#refreshing.runAutomatically(origin, signal),
      heal: (origin, evidence) => this.#heal(origin, evidence),
    });
    this.#supplying = new Supplying({
      ...shared,
      isRefreshing: () => this.#replacing.isRunning,
      onConsumer: (peer, hello) => {
        this.#heard(peer, hello, false);
        this.#links.noteHello(peer.partner, hello);
      },
      onRequest: (origin) => this.#links.noteSupplied(origin),
      onAcknowledged: (origin, said) => this.#links.noteAcknowledged(origin, said),
      pullsFrom: (origin) => this.#links.pullPartner(origin) !== undefined,
      shownBy: (origin, server) => this.#links.shownBy(origin, server),
      onFork: (origin, evidence) => void this.#healShown(origin, evidence),
    });
    this.#pausing = new Pausing({ ...shared, links: this.#links, supplying: this.#supplying });
    this.#purging = new Purging({
      ...shared,
      partnerClocks: this.#partnerClocks,
      hasPartners: () => this.#links.size > 0,
    });
  }

  /** Before anything is asked of it. */
  async start(partners: readonly PartnerOptions[]): Promise<void> {
    await this.#schema.holdTo(this.#database);
    await this.#paused.load(this.#database);
    this.#purging.start();
    this.setPartners(partners);
    if (partners.length > 0) this.#held.hold(this.#links.tried(), this.#settings.ports.clock, this.#closing.signal);
    void this.#announceUnclaimed();
  }

  /** Whatever is left of a stream that was cut when this database was last closed: its supplier is asked first. Never rejects. */
  async #announceUnclaimed(): Promise<void> {
    await this.#held.until;
    if (this.#database.unclaimed.size === 0) return;
    try {
      await this.#turn.run(() => announceUnclaimed(this.#database, this.#settings.ports.random));
      this.#commits.notify();
    } catch {
      // What cannot be written now is told of at the next start.
    }
  }

  get domainUuid(): DomainUuid {
    return this.#database.domainUuid;
  }

  get serverUuid(): ServerUuid {
    return this.#database.serverUuid;
  }

  get schema(): Schema {
    return this.#schema.schema;
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
    this.#expectWritable();
    return this.#writer.transact(work);
  }

  get(uuid: Uuid): Promise<Entry | undefined> {
    return readEntry(this.#database, uuid);
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

  async find(options: FindOptions): Promise<EntryPage> {
    for (;;) {
      const { index } = this.#database;
      // While the rows of another schema are made, some are missing: whoever makes them has the turn.
      if (index.rows === "being-made") await this.#turn.run(async () => undefined);
      else {
        const page = await findEntries(this.#database, options);
        if (this.#database.index === index) return page;
      }
    }
  }

  entries(): AsyncIterable<Entry> {
    return allEntries(this.#database);
  }

  changes({ after, signal }: ChangesOptions = {}): AsyncIterable<Change> {
    const signals = [signal, this.#closing.signal];
    return followChanges({ database: () => this.#database, commits: this.#commits, signals }, after);
  }

  conflicts(options: ConflictsOptions = {}): Promise<ConflictPage> {
    return listConflicts(this.#database, options);
  }

  conflict(id: string): Promise<Conflict | undefined> {
    return findConflict(this.#database, id);
  }

  async resolveConflict(id: string, resolution: ConflictResolution): Promise<Committed<Uuid | undefined>> {
    this.#expectWritable();
    const work = (transaction: EntryTransaction) => resolveConflict(this.#database, transaction, id, resolution);
    return this.#writer.transact(work, true);
  }

  digest(): Promise<ContentDigest> {
    return digestContent(this.#database, this.#settings.ports.createHash);
  }

  async compareWith(origin: string, options: CompareOptions = {}): Promise<ComparisonOutcome> {
    this.#expectOpen();
    const partner = this.#links.pullPartner(origin);
    if (partner === undefined) throw unknownPartner(origin);
    return compareWith(this.#comparing, partner, options);
  }

  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { createHash } = this.#settings.ports;
    return verifyDatabase({ database: () => this.#database, turn: this.#turn, createHash }, options);
  }

  ruv(): Ruv {
    return this.#database.state.ruv;
  }

  token(): string {
    return encodeToken(this.ruv());
  }

  async waitFor(token: string, options: WaitOptions = {}): Promise<WaitOutcome> {
    this.#expectOpen();
    const { clock } = this.#settings.ports;
    const context = { clock, commits: this.#commits, database: () => this.#database, closing: this.#closing.signal };
    return waitForToken(context, token, options);
  }

  status(): ReplicaStatus {
    const { domainUuid, serverUuid } = this;
    const { ruv, totals } = this.#database.state;
    const { readOnly } = this.#live;
    const refresh = this.#refreshing.progress;
    return { domainUuid, serverUuid, readOnly, ruv, totals, partners: this.#links.status(refresh?.origin), refresh };
  }

  setPartners(partners: readonly PartnerOptions[]): void {
    this.#expectOpen();
    this.#links.set(partners);
    this.#partnerClocks.keepOnly(new Set(partners.map(({ origin }) => origin)));
  }

  async pausePartner(origin: string): Promise<void> {
    this.#expectOpen();
    await this.#pausing.pause(origin);
  }

  async resumePartner(origin: string): Promise<void> {
    this.#expectOpen();
    await this.#pausing.resume(origin);
  }

  reconnectPartner(origin: string, { both = false }: ReconnectOptions = {}): void {
    const hadLink = this.#links.reconnectTo(origin);
    if (both || !hadLink) void this.#supplying.end(origin);
  }

  adjust(changes: LiveChanges): void {
    this.#expectOpen();
    const before = this.#live;
    this.#live = adjusted(before, changes);
    const { changelogMaxAgeMs, clockSkewMaxMs, pollIntervalMs } = this.#live;
    // What waits by an old setting would not hear of the new one before its wait is over.
    if (changelogMaxAgeMs !== before.changelogMaxAgeMs) this.#purging.restartWait();
    if (pollIntervalMs !== before.pollIntervalMs || clockSkewMaxMs !== before.clockSkewMaxMs) this.#links.wake();
  }

  async setSchema(schema: Schema): Promise<void> {
    this.#expectOpen();
    await this.#schema.replace(schema);
  }

  accept(channel: Channel): Promise<void> {
    return this.#closing.signal.aborted ? channel.close() : this.#supplying.accept(channel);
  }

  async pullFrom(channel: Channel, { connect }: PullOptions = {}): Promise<PullOutcome> {
    const release = onAbort(this.#closing.signal, () => void channel.close());
    try {
      this.#expectOpen();
      const outcome = await pullOver(channel, this.#pulling);
      if (outcome.kind === "forked") await this.#heal(channel.partner, outcome.evidence, connect);
      return outcome;
    } finally {
      release();
      await channel.close();
    }
  }

  pullNow(): void {
    this.#links.wake();
  }

  async refresh(options: RefreshOptions = {}): Promise<RefreshOutcome> {
    this.#expectOpen();
    const partner = this.#links.pullPartner(options.from);
    if (partner && this.#paused.sinceMicros(partner.origin) !== undefined) throw partnerPaused(partner.origin);
    return this.#refreshing.run(options);
  }

  backup({ signal }: BackupOptions = {}): AsyncIterable<Uint8Array> {
    this.#expectOpen();
    const { ports, software } = this.#settings;
    const closing = this.#closing.signal;
    const context = { ...ports, software, turn: this.#turn, database: () => this.#database };
    return backupDatabase({ ...context, signals: [signal, closing] });
  }

  async restore(options: RestoreOptions): Promise<RestoreOutcome> {
    this.#expectOpen();
    return this.#restoring.run(options);
  }

  async renewServerUuid(): Promise<ServerUuid> {
    this.#expectOpen();
    return this.#healing.renew();
  }

  async purge(): Promise<PurgeOutcome> {
    this.#expectOpen();
    return this.#purging.run();
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await Promise.all([
      this.#links.close(),
      this.#supplying.endAll(),
      this.#replacing.settled(),
      this.#purging.settled(),
    ]);
    await this.#turn.run(async () => {
      await this.#keepUnwritten();
      await this.#settings.storage.close();
    });
  }

  /** What partners agreed on since the last commit, without which they would be asked again, and when they were pulled from. */
  async #keepUnwritten(): Promise<void> {
    const builder = new CommitBuilder(this.#database);
    builder.addOperations(this.#database.takeAgreedOperations());
    builder.addOperations(this.#database.pullTimes.takeOperations({ last: true }));
    await builder.commit(this.#settings.ports.random.bytes(COMMIT_NAME_BYTES)).catch(() => undefined);
  }

  /** From here on readers, writers and partners meet the new database. */
  #swap(database: Database): void {
    this.#database = database;
    this.#commits.notify();
    void this.#announceUnclaimed();
  }

  /** What could not be healed now is met again. Never rejects. */
  async #heal(origin: string, evidence: ForkEvidence, connect = this.#connectTo(origin)): Promise<boolean> {
    try {
      return await this.#healing.heal({ origin, evidence, connect });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { log } = this.#settings.ports;
      if (!this.#closing.signal.aborted)
        log.warn("fork_not_healed", `this node's history could not be compared with that of ${origin}: ${message}`, {
          origin,
        });
      return false;
    }
  }

  /** A consumer has shown a fork. Never rejects. */
  async #healShown(origin: string, evidence: ForkEvidence): Promise<void> {
    if (!(await this.#heal(origin, evidence))) this.#links.noteShownFork(origin, evidence);
  }

  #connectTo(origin: string): ForkWitness["connect"] {
    const partner = this.#links.pullPartner(origin);
    return partner && ((signal) => connectPartner(partner, signal));
  }

  /** Connections on which this node spoke for the old database end. */
  #meetAgain(): void {
    void this.#supplying.endAll();
    this.#links.reconnect();
  }

  #heard({ partner, peerCertificate }: ConnectionPeer, { clockMicros, certificates }: Hello, dialled: boolean): void {
    this.#partnerClocks.note(partner, clockMicros);
    this.#settings.certificates?.hear({ partner, peerCertificate, certificates, dialled });
  }

  #hello(origin: string): Hello {
    const { certificates, limits, ports, software } = this.#settings;
    const { requestFrameBytesMax, replyFrameBytesMax, entryBytesMax } = limits;
    return {
      type: "hello",
      minor: 0,
      software,
      domainUuid: this.domainUuid,
      serverUuid: this.serverUuid,
      clockMicros: ports.clock.wallMicros(),
      features: [DIGEST_FEATURE, SHOWN_FEATURE],
      limits: { requestFrameBytesMax, replyFrameBytesMax, entryBytesMax },
      certificates: certificates?.tell(origin),
    };
  }

  #entryLimits(): EntryLimits {
    const { limits, ports } = this.#settings;
    return { ...limits, changeMicrosMax: ports.clock.wallMicros() + this.#live.clockSkewMaxMs * 1_000 };
  }

  #expectWritable(): void {
    this.#expectOpen();
    if (this.#live.readOnly)
      throw new ReplicaError(
        "read_only",
        "this node is read-only: send the write to another node, or end read_only here",
      );
  }

  #expectOpen(): void {
    if (this.#closing.signal.aborted) throw new ReplicaError("closed", "the replica is closed");
  }
}

const partnerPaused = (origin: string): ReplicaError =>
  new ReplicaError("partner_paused", `${origin} is paused on this node: concordat resume ${origin} first`);

/** What is read back was admitted once: merges may have joined entries that each were within the limit. */
export const storedEntryLimits = (limits: ProtocolLimits = DEFAULT_LIMITS): EntryLimits => ({
  ...limits,
  entryBytesMax: Number.MAX_SAFE_INTEGER,
});
