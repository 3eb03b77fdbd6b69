import type { EntryLimits } from "@concordat/protocol";
import { AbortScope } from "../abort-scope.js";
import type { Database } from "../database/database.js";
import type { Entry } from "../entry.js";
import type { Ports } from "../ports/ports.js";
import type { Replacing, ReplacingStep } from "../refresh/replacing.js";
import type { RestoreOptions, RestoreOutcome } from "../replica.js";
import type { Turn } from "../turn.js";
import { handOverLost } from "./lost-entries.js";
import { restore } from "./restore.js";
import { restoredOutcome } from "./restored-outcome.js";

export interface RestoringContext extends Pick<Ports, "createHash" | "log" | "random"> {
  readonly replacing: Replacing;
  readonly turn: Turn;
  readonly database: () => Database;
  readonly storedLimits: EntryLimits;
  /** Readies `database` to be served. */
  readonly prepare: (database: Database) => Promise<void>;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
  readonly onDiscard: ((entries: AsyncIterable<Entry>) => Promise<void>) | undefined;
  /** The databases were swapped. */
  readonly onReplaced: () => void;
}

/** The restores of one replica that goes on serving meanwhile. */
export class Restoring {
  readonly #context: RestoringContext;

  constructor(context: RestoringContext) {
    this.#context = context;
  }

  async run(options: RestoreOptions): Promise<RestoreOutcome> {
    return this.#context.replacing.run((step) => this.#restore(step, options)) ?? BUSY;
  }

  async #restore({ replacements, swap }: ReplacingStep, options: RestoreOptions): Promise<RestoreOutcome> {
    const { closing, database, replacing, storedLimits, onReplaced } = this.#context;
    const { backup, discardLocalChanges = false, onProgress = () => undefined } = options;
    const scope = new AbortScope([options.signal, closing]);
    const replaced = { database: database() };
    try {
      const context = {
        ...this.#context,
        replacements,
        signal: scope.signal,
        entryLimits: storedLimits,
        onProgress,
        database: () => ({ kind: "present", database: database() }) as const,
        swap: async (next: Database) => {
          replaced.database = database();
          await swap(next);
        },
      };
      const outcome = await restore(context, { backup, discardLocalChanges });
      if (outcome.kind !== "restored") return outcome;
      onReplaced();
      const discarded = discardLocalChanges ? await handOverLost(replaced.database, outcome.header, this.#context) : 0;
      await replacing.dropOthers(replacements);
      return this.#told(restoredOutcome(outcome, discarded));
    } finally {
      scope.release();
    }
  }

  #told(outcome: Extract<RestoreOutcome, { kind: "restored" }>): RestoreOutcome {
    const { kind: _, ...fields } = outcome;
    this.#context.log.info("restore_done", `restored a backup, and goes on as server ${outcome.serverUuid}`, fields);
    return outcome;
  }
}

const BUSY: RestoreOutcome = {
  kind: "refused",
  reason: "this node's content is being replaced already, by a refresh or a restore",
  remedy: "wait until that is done: status shows the progress of a refresh",
};
