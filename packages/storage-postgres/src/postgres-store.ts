import {
  assertKeyLength,
  type Batch,
  copyBatch,
  type Snapshot,
  StorageError,
  type Store,
  type StoreSupport,
} from "@concordat/storage";
import { CommitQueue } from "./commit-queue.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { ProjectEntries } from "./entry-projection.js";
import { toStorageError } from "./medium-error.js";
import type { PlaceNames } from "./place.js";
import { PostgresSnapshot } from "./postgres-snapshot.js";
import { KEY_BYTES_MAX, RowReader } from "./row-reader.js";
import { SharedView } from "./shared-view.js";
import type { Writer } from "./writer.js";

/** What the stores of one place share. */
export interface PlaceSessions {
  readonly names: PlaceNames;
  readonly writer: Writer;
  readonly reads: ConnectionPool;
  readonly snapshots: ConnectionPool;
  readonly support: StoreSupport;
}

/** One table of keys and values. Commits go over the writer's session, reads over any other. */
export class PostgresStore implements Store {
  readonly supports: StoreSupport;
  readonly #reader: RowReader;
  readonly #commits: CommitQueue;
  readonly #snapshots = new Set<Snapshot>();
  #view: Promise<SharedView> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly sessions: PlaceSessions,
    private readonly name: string,
    id: number,
    private readonly onClose: () => void,
  ) {
    this.supports = sessions.support;
    this.#reader = new RowReader(sessions.names.rows(id), id);
    this.#commits = new CommitQueue(sessions.writer, sessions.names, id, name);
  }

  /** From here on a commit writes the table of entries as well. */
  keepEntries(project: ProjectEntries): void {
    this.#commits.keepEntries(project);
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertUsable();
    const parameter = this.#reader.keysParameter(keys);
    try {
      return await this.sessions.reads.run((connection) => this.#reader.getMany(connection, parameter, keys.length));
    } catch (error) {
      throw toStorageError(error, `cannot read database ${this.name}`);
    }
  }

  async snapshot(): Promise<Snapshot> {
    this.#assertUsable();
    try {
      const view = await this.#currentView();
      const snapshot: PostgresSnapshot = new PostgresSnapshot(this.#reader, view, () =>
        this.#snapshots.delete(snapshot),
      );
      this.#snapshots.add(snapshot);
      // The store was closed while the session was waited for.
      if (this.#closing !== undefined) await snapshot.close();
      return snapshot;
    } catch (error) {
      throw toStorageError(error, `cannot take a snapshot of database ${this.name}`);
    }
  }

  async commit(batch: Batch): Promise<void> {
    this.#assertUsable();
    for (const { key } of batch.operations) assertKeyLength(key, KEY_BYTES_MAX);
    return this.#commits.commit(copyBatch(batch));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commits.idle();
    await Promise.all([...this.#snapshots].map((snapshot) => snapshot.close()));
    this.onClose();
  }

  /** The view that others hold, if nothing was committed since it was taken; otherwise a new one. */
  async #currentView(): Promise<SharedView> {
    const shared = await this.#view?.catch(() => undefined);
    if (shared?.isUsable && shared.settled === this.#commits.settled) return shared.share();
    const opening = SharedView.open(this.sessions.snapshots, () => this.#commits.settled);
    this.#view = opening;
    return opening;
  }

  #assertUsable(): void {
    if (this.#closing !== undefined)
      throw new StorageError("store_closed", `the store of database ${this.name} is closed: open it again`);
    if (this.sessions.writer.broken !== undefined) throw this.sessions.writer.broken;
  }
}
