import type { UniquePolicy } from "@concordat/crdt";
import type { CommitSignal } from "../commit-signal.js";
import type { Database } from "../database/database.js";
import type { LiveSettings } from "../live-settings.js";
import type { Clock } from "../ports/clock.js";
import type { CreateHash } from "../ports/hash.js";
import type { Log } from "../ports/log.js";
import type { Random } from "../ports/random.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { retryDelayMs } from "../retry-delay.js";
import { checkSchema, type Schema } from "../schema.js";
import type { Turn } from "../turn.js";
import { ensureConstraintIndex } from "./build-index.js";
import { constraintsOf } from "./constraints.js";

export interface SchemaContext {
  readonly turn: Turn;
  readonly clock: Clock;
  readonly random: Random;
  readonly createHash: CreateHash;
  readonly log: Log;
  readonly live: () => LiveSettings;
  readonly uniquePolicy: UniquePolicy;
  readonly commits: CommitSignal;
  /** The database of this moment. */
  readonly database: () => Database;
  readonly closing: AbortSignal;
}

/** The schema that entries are held to, and the rows of the database that follow from it. */
export class SchemaInForce {
  readonly #context: SchemaContext;
  #schema: Schema;

  constructor(schema: Schema, context: SchemaContext) {
    this.#schema = schema;
    this.#context = context;
  }

  get schema(): Schema {
    return this.#schema;
  }

  /**
   * Another one from here on. @throws ReplicaError `invalid_schema`, with nothing changed. @throws StorageError where the rows could not be
   * made: they are made as soon as they can be, and nothing is found by them until then.
   */
  async replace(schema: Schema): Promise<void> {
    checkSchema(schema);
    const { turn, commits, database } = this.#context;
    try {
      await turn.run(async () => {
        this.#schema = schema;
        await this.holdTo(database());
      });
    } catch (error) {
      void this.#makeRowsLater();
      throw error;
    }
    // What readers see of entries may have changed with it.
    commits.notify();
  }

  /** Holds `database` to the schema: its rows are then whole. Within the writer's turn, or before it is served. */
  async holdTo(database: Database): Promise<void> {
    const { uniquePolicy, createHash } = this.#context;
    const index = { constraints: constraintsOf(this.#schema, uniquePolicy), createHash };
    database.index = { ...index, rows: "being-made" };
    try {
      await ensureConstraintIndex(database);
      database.index = { ...index, rows: "whole" };
    } catch (error) {
      database.index = { ...index, rows: "broken" };
      throw error;
    }
  }

  /** Never rejects. Ends when the rows are whole, or the replica closes. */
  async #makeRowsLater(): Promise<void> {
    const { turn, clock, random, live, log, commits, closing, database } = this.#context;
    for (let failures = 1; database().index.rows === "broken"; failures += 1) {
      const delayMs = retryDelayMs(failures, REPLICA_LIMITS.retryBaseMs, live().pollIntervalMs, random.fraction());
      await clock.sleep(delayMs, closing);
      if (closing.aborted) return;
      try {
        await turn.run(() => this.#mend(database()));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.debug("schema_rows_missing", `the rows of the schema could not be made: ${message}`, { failures });
      }
    }
    commits.notify();
  }

  /** Unless somebody else has. */
  async #mend(database: Database): Promise<void> {
    if (database.index.rows === "broken") await this.holdTo(database);
  }
}
