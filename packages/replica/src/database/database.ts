import { type DomainUuid, NO_LINEAGE, type Ruv, type RuvRow, type ServerUuid } from "@concordat/crdt";
import type { Cursor, EntryLimits } from "@concordat/protocol";
import { type Batch, ByteArena, type Operation, type Snapshot, type Store } from "@concordat/storage";
import { type Constraints, NO_CONSTRAINTS } from "../constraint/constraints.js";
import type { CreateHash } from "../ports/hash.js";
import type { Totals } from "../replica-status.js";
import { agreedOperation, readAgreed, readWithdrawn } from "./history-rows.js";
import { cursorKey, NEWEST_COMMIT, numberOfKey } from "./key-space.js";
import { identityOperations, type Meta, NO_TOTALS, progressOperations, readMeta } from "./meta.js";
import { PartnerPullTimes, readPullTimes } from "./pull-times.js";
import { cursorOf } from "./rows.js";
import { ServerTable } from "./server-table.js";
import { readRuvRows } from "./snapshot-reads.js";
import { NO_STREAMS, readUnclaimed, type UnclaimedStreams } from "./unclaimed-streams.js";

/** What a commit changes, apart from rows of entries. Replaced as a whole, never changed in place. */
export interface DatabaseState {
  readonly ruv: Ruv;
  /** The newest commit: its last feed number and its name. */
  readonly head: Head;
  readonly clockMicros: number;
  readonly totals: Totals;
}

export interface Head {
  readonly sequence: number;
  readonly commit: Uint8Array;
}

/** One opened database: its identity, and the state of its last commit in memory. */
export class Database {
  readonly table: ServerTable;
  /** Room for what commits write. */
  readonly arena = new ByteArena();
  /** What the rows that follow from constraints are kept by. */
  index: ConstraintIndex;
  #state: DatabaseState;
  #isSettled = true;
  #persistedServers: number;
  /** Up to when each partner had this server's own changes as they are here, in microseconds. */
  readonly #agreed: Map<ServerUuid, number>;
  readonly #agreedUnwritten = new Set<ServerUuid>();
  /** Servers of which a partner has said that what this replica claims of them was withdrawn. In memory: it says so again. */
  readonly strayed = new Set<ServerUuid>();
  /**
   * Of each server, up to when the purge of a supplier was last taken over whole, in microseconds. The rows do not say so: their
   * `purged` rises with every page of a purge, which may not have come to its end. In memory: after a start it is looked again.
   */
  purgedAsSupplier: ReadonlyMap<ServerUuid, number> = new Map();
  /** As the last commit left it. */
  unclaimed: UnclaimedStreams = NO_STREAMS;
  pullTimes = new PartnerPullTimes();

  private constructor(
    /** Its name in the storage. */
    readonly name: string,
    readonly store: Store,
    readonly identity: Pick<Meta, "domainUuid" | "serverUuid" | "refreshFrom">,
    servers: readonly ServerUuid[],
    persistedServers: number,
    state: DatabaseState,
    /** What records read back from this store are held to. */
    readonly limits: EntryLimits,
    agreed: Map<ServerUuid, number> = new Map(),
    /** Server uuids that this replica had, and after when their changes were announced anew. */
    readonly withdrawn: ReadonlyMap<ServerUuid, number> = new Map(),
  ) {
    this.#agreed = agreed;
    this.index = NO_INDEX;
    this.table = new ServerTable(servers);
    this.#persistedServers = persistedServers;
    this.#state = state;
  }

  /** Reads a database that exists; `undefined` when the store is new. @throws ReplicaError `database_corrupt`. */
  static async open(name: string, store: Store, limits: EntryLimits): Promise<Database | undefined> {
    const snapshot = await store.snapshot();
    try {
      const meta = await readMeta(snapshot);
      if (meta === undefined) return undefined;
      const rows = await readRuvRows(snapshot);
      const servers = rows.map(({ server }) => server);
      const state = {
        ruv: new Map(rows.map(({ server, row }) => [server, row])),
        head: await readHead(snapshot),
        clockMicros: meta.clockMicros,
        totals: meta.totals,
      };
      const [agreed, withdrawn] = [await readAgreed(snapshot), await readWithdrawn(snapshot)];
      const database = new Database(name, store, meta, servers, servers.length, state, limits, agreed, withdrawn);
      database.unclaimed = await readUnclaimed(snapshot);
      database.pullTimes = await readPullTimes(snapshot);
      return database;
    } finally {
      await snapshot.close();
    }
  }

  /** Makes a new store the empty database of `identity`; durable when it resolves. */
  static async create(
    name: string,
    store: Store,
    identity: Pick<Meta, "domainUuid" | "serverUuid" | "refreshFrom">,
    servers: readonly ServerUuid[],
    limits: EntryLimits,
  ): Promise<Database> {
    const state: DatabaseState = { ruv: new Map(), head: NO_HEAD, clockMicros: 0, totals: NO_TOTALS };
    const meta = { ...identity, clockMicros: 0, totals: NO_TOTALS };
    await store.commit({ operations: [...identityOperations(meta), ...progressOperations(0, NO_TOTALS)] });
    return new Database(name, store, identity, servers, 0, state, limits);
  }

  /**
   * This database under the server uuid that the last commit gave it, with no agreement of anybody. Nothing is read: between that
   * commit and this nothing can fail.
   */
  renamed(serverUuid: ServerUuid, withdrawn: ReadonlyMap<ServerUuid, number>): Database {
    const identity = { ...this.identity, serverUuid };
    const { name, store, table, limits } = this;
    const persisted = this.#persistedServers;
    const renamed = new Database(
      name,
      store,
      identity,
      table.servers,
      persisted,
      this.#state,
      limits,
      new Map(),
      withdrawn,
    );
    renamed.index = this.index;
    renamed.unclaimed = this.unclaimed;
    renamed.pullTimes = this.pullTimes;
    return renamed;
  }

  get state(): DatabaseState {
    return this.#state;
  }

  /** The state that is stored at this moment; `undefined` while a commit is under way, or when it is not known how the last one ended. */
  get settledState(): DatabaseState | undefined {
    return this.#isSettled ? this.#state : undefined;
  }

  get domainUuid(): DomainUuid {
    return this.identity.domainUuid;
  }

  get serverUuid(): ServerUuid {
    return this.identity.serverUuid;
  }

  /** How many servers of the table the store knows; the next commit writes the others. */
  get persistedServers(): number {
    return this.#persistedServers;
  }

  /** Up to where `supplier`'s feed has been applied here. */
  async cursorFor(supplier: ServerUuid): Promise<Cursor | undefined> {
    const [bytes] = await this.store.getMany([cursorKey(supplier)]);
    return bytes && cursorOf(supplier, bytes);
  }

  /** Up to when `partner`, or the partner that has most, had this server's own changes as they are here. */
  agreedMicros(partner?: ServerUuid): number {
    return partner ? (this.#agreed.get(partner) ?? 0) : Math.max(0, ...this.#agreed.values());
  }

  /** The partners that had more of them than up to `micros`. */
  agreedBeyond(micros: number): ServerUuid[] {
    return [...this.#agreed].filter(([, until]) => until > micros).map(([partner]) => partner);
  }

  /** Kept with the next commit: what is forgotten in between is agreed upon anew. */
  noteAgreed(partner: ServerUuid, micros: number): void {
    if (micros <= this.agreedMicros(partner)) return;
    this.#agreed.set(partner, micros);
    this.#agreedUnwritten.add(partner);
  }

  /** What the next commit writes of it. */
  takeAgreedOperations(): Operation[] {
    const operations = [...this.#agreedUnwritten].map((partner) =>
      agreedOperation(partner, this.agreedMicros(partner)),
    );
    this.#agreedUnwritten.clear();
    return operations;
  }

  /** Commits `batch`, then shows `state`. The caller has the writer's turn. */
  async commit(batch: Batch, state: DatabaseState): Promise<void> {
    const servers = this.table.servers.length;
    this.#isSettled = false;
    await this.store.commit(batch);
    this.#persistedServers = servers;
    this.#state = state;
    this.#isSettled = true;
  }
}

/** The constraints, and how values are named in their index. */
export interface ConstraintIndex {
  readonly constraints: Constraints;
  readonly createHash: CreateHash;
  /** While they are made anew, or could not be, what is looked up among the rows may be missing. */
  readonly rows: "whole" | "being-made" | "broken";
}

const NO_INDEX: ConstraintIndex = {
  constraints: NO_CONSTRAINTS,
  createHash: () => {
    throw new Error("no value is named without constraints");
  },
  rows: "whole",
};

const NO_HEAD: Head = { sequence: 0, commit: new Uint8Array(8) };

export const EMPTY_ROW: RuvRow = { seen: 0, purged: 0, lineage: NO_LINEAGE };

/** The newest commit that `snapshot` sees. */
export const readHead = async (snapshot: Snapshot): Promise<Head> => {
  const [newest] = (await snapshot.scan(NEWEST_COMMIT, { rowsMax: 1, bytesMax: 1_024 })).rows;
  return newest ? { sequence: numberOfKey(newest.key), commit: newest.value } : NO_HEAD;
};
