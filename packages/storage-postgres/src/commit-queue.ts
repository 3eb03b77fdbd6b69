import { type Batch, GroupQueue, type Operation, type PendingCommit, StorageError } from "@concordat/storage";
import { commitParameters, commitStatement } from "./commit-statement.js";
import type { Parameter, Statement } from "./connection.js";
import type { ProjectEntries } from "./entry-projection.js";
import { entryParameters } from "./entry-table.js";
import { toStorageError } from "./medium-error.js";
import type { PlaceNames } from "./place.js";
import type { Writer } from "./writer.js";

/** A group ends once it has this many bytes: the server holds a statement, and what it changes, in memory. */
const GROUP_BYTES_MAX = 8 << 20;

/** Commits of one database: one statement for each group. */
export class CommitQueue {
  readonly #groups = new GroupQueue<Batch>(GROUP_BYTES_MAX, (group) => this.#write(group));
  #statement: Statement;
  #project: ProjectEntries | undefined;
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
    return this.#groups.commit(batch, bytes);
  }

  /** Resolves when every commit that was called is settled. */
  idle(): Promise<void> {
    return this.#groups.idle();
  }

  async #write(group: readonly PendingCommit<Batch>[]): Promise<void> {
    try {
      const operations = group.flatMap(({ batch }) => batch.operations);
      if (operations.length > 0) await this.writer.commit(this.#statement, this.#parameters(operations));
      else if (this.writer.broken !== undefined) throw this.writer.broken;
      this.#settled += 1;
      for (const { resolve } of group) resolve();
    } catch (error) {
      const { code, message, cause, isFinal } = toStorageError(error, `cannot commit to database ${this.name}`);
      this.#settled += 1;
      for (const { reject } of group) reject(new StorageError(code, message, { cause, isFinal }));
    }
  }

  #parameters(operations: readonly Operation[]): readonly Parameter[] {
    const rows = commitParameters(operations);
    return this.#project === undefined ? rows : [...rows, ...entryParameters(this.#project(operations))];
  }
}
