import { type Batch, type Operation, StorageError } from "@concordat/storage";
import { commitParameters, commitStatement } from "./commit-statement.js";
import type { Parameter, Statement } from "./connection.js";
import type { ProjectEntries } from "./entry-projection.js";
import { entryParameters } from "./entry-table.js";
import { toStorageError } from "./medium-error.js";
import type { PlaceNames } from "./place.js";
import type { Writer } from "./writer.js";

interface PendingCommit {
  readonly batch: Batch;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: StorageError) => void;
}

/** A group ends once it has this many bytes: the server holds a statement, and what it changes, in memory. */
const GROUP_BYTES_MAX = 8 << 20;

/**
 * Commits of one database, in the order of the calls. Whatever waits while one is on its way goes into the next, so that many
 * writers share a round trip and a wait for the disk.
 */
export class CommitQueue {
  #statement: Statement;
  #project: ProjectEntries | undefined;
  #waiting: PendingCommit[] = [];
  #writing: Promise<void> | undefined;
  #settled = 0;

  constructor(
    private readonly writer: Writer,
    private readonly names: PlaceNames,
    private readonly id: number,
    private readonly name: string,
  ) {
    this.#statement = commitStatement(names, id, false);
  }

  /** From here on a commit writes the table of entries as well. */
  keepEntries(project: ProjectEntries): void {
    this.#project = project;
    this.#statement = commitStatement(this.names, this.id, true);
  }

  /** How many commits were settled: what was read before it grew may be out of date. */
  get settled(): number {
    return this.#settled;
  }

  /** `batch` is the queue's own from here on. */
  commit(batch: Batch): Promise<void> {
    const bytes = batch.operations.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    const committed = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ batch, bytes, resolve, reject });
    });
    this.#writing ??= this.#writeAll();
    return committed;
  }

  /** Resolves when every commit that was called is settled. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve();
    for (let group = this.#nextGroup(); group.length > 0; group = this.#nextGroup()) await this.#write(group);
    this.#writing = undefined;
  }

  #nextGroup(): PendingCommit[] {
    let bytes = 0;
    const passed = this.#waiting.findIndex((pending) => {
      bytes += pending.bytes;
      return bytes >= GROUP_BYTES_MAX;
    });
    return this.#waiting.splice(0, passed === -1 ? this.#waiting.length : passed + 1);
  }

  async #write(group: readonly PendingCommit[]): Promise<void> {
    try {
      const operations = group.flatMap(({ batch }) => batch.operations);
      if (operations.length > 0) await this.writer.commit(this.#statement, this.#parameters(operations));
      else if (this.writer.broken !== undefined) throw this.writer.broken;
      this.#settled += 1;
      for (const { resolve } of group) resolve();
    } catch (error) {
      const failure = toStorageError(error, `cannot commit to database ${this.name}`);
      this.#settled += 1;
      for (const { reject } of group) reject(new StorageError(failure.code, failure.message, { cause: failure.cause }));
    }
  }

  #parameters(operations: readonly Operation[]): readonly Parameter[] {
    const rows = commitParameters(operations);
    return this.#project === undefined ? rows : [...rows, ...entryParameters(this.#project(operations))];
  }
}
