import { AcknowledgedPlace, type ImportPlace } from "./import-place.js";

/** Entries that are imported together, all or none. */
export interface ImportBatch {
  readonly firstLine: number;
  readonly lastLine: number;
  /** The line of each operation. */
  readonly lines: readonly number[];
  /** The operations as JSON. */
  readonly operations: readonly string[];
  /** What is reached with it. */
  readonly place: ImportPlace;
}

export interface FailedBatch {
  readonly batch: ImportBatch;
  readonly error: unknown;
}

/** Entries per transaction: enough that the cost of one disappears, few enough that a bad line holds little back. */
const BATCH_ENTRIES_MAX = 500;
/** UTF-16 units of JSON; far below what the daemon takes as one body, unless one entry alone is that large. */
const BATCH_CHARACTERS_MAX = 1024 * 1024;
/** The next batches travel and are read while one is committed. */
const BATCHES_IN_FLIGHT_MAX = 3;

/** Gathers operations into batches and sends a few at a time. Memory: the batches in flight. */
export class Importer {
  readonly failures: FailedBatch[] = [];
  /** Entries that the daemon has acknowledged. */
  imported = 0;
  /** The last line that was sent; every line up to it is imported, or in one of the failures. */
  lastLineSent = 0;

  readonly #send: (batch: ImportBatch) => Promise<void>;
  readonly #place: AcknowledgedPlace;
  readonly #placeNow: () => ImportPlace;
  readonly #inFlight = new Set<Promise<void>>();
  #lines: number[] = [];
  #operations: string[] = [];
  #characters = 0;

  /** @param placeNow the place that the last line added has reached. */
  constructor(send: (batch: ImportBatch) => Promise<void>, placeNow: () => ImportPlace) {
    this.#send = send;
    this.#placeNow = placeNow;
    this.#place = new AcknowledgedPlace(placeNow());
  }

  /** Up to where everything is acknowledged. */
  get acknowledged(): ImportPlace {
    return this.#place.place;
  }

  /** Resolves when there is room for more. */
  async add(line: number, operation: string): Promise<void> {
    this.#lines.push(line);
    this.#operations.push(operation);
    this.#characters += operation.length;
    if (this.#operations.length >= BATCH_ENTRIES_MAX || this.#characters >= BATCH_CHARACTERS_MAX) await this.#submit();
  }

  /** Sends what is gathered, and resolves when every batch is answered. */
  async finish(): Promise<void> {
    if (this.failures.length === 0) await this.#submit();
    await Promise.all(this.#inFlight);
  }

  async #submit(): Promise<void> {
    const firstLine = this.#lines[0];
    const lastLine = this.#lines.at(-1);
    if (firstLine === undefined || lastLine === undefined) return;
    const place = this.#placeNow();
    const batch = { firstLine, lastLine, lines: this.#lines, operations: this.#operations, place };
    this.lastLineSent = lastLine;
    this.#lines = [];
    this.#operations = [];
    this.#characters = 0;
    const sent = this.#sendOne(batch).finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
    if (this.#inFlight.size >= BATCHES_IN_FLIGHT_MAX) await Promise.race(this.#inFlight);
  }

  async #sendOne(batch: ImportBatch): Promise<void> {
    const acknowledge = this.#place.send(batch.place);
    try {
      await this.#send(batch);
      acknowledge();
      this.imported += batch.operations.length;
    } catch (error) {
      this.failures.push({ batch, error });
    }
  }
}
