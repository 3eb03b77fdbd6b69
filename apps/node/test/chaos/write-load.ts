import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fetchOnce } from "../testing/http.js";
import type { TestNode } from "../testing/node.js";

/** Every so many writes, an entry is created that nobody writes again. */
const CREATE_EVERY = 6;

/** One client of one node: what it was told is stored, it may expect to find for ever. */
class Writer {
  /** The entry that it writes again and again. */
  readonly uuid = randomUUID();
  /** The newest number that was acknowledged; what is stored may be newer, but never older. */
  acknowledged = 0;
  readonly created: string[] = [];
  #next = 1;

  constructor(
    private readonly node: TestNode,
    private readonly isStopped: () => boolean,
  ) {}

  async run(): Promise<void> {
    while (!this.isStopped()) {
      const number = this.#next++;
      const isCreation = number % CREATE_EVERY === 0;
      const uuid = isCreation ? randomUUID() : this.uuid;
      const status = await this.#put(uuid, number);
      // The daemon is gone, or not there yet.
      if (status === undefined) await sleep(5);
      else if (status >= 300) throw new Error(`writing ${uuid} to ${this.node.origin} was answered ${status}`);
      else if (isCreation) this.created.push(uuid);
      else this.acknowledged = number;
    }
  }

  async #put(uuid: string, number: number): Promise<number | undefined> {
    const body = JSON.stringify({ attributes: { number, text: "x".repeat(200) } });
    const headers = { "Content-Type": "application/json" };
    const { socketPath } = this.node;
    return fetchOnce({ socketPath, method: "PUT", path: `/v1/entries/${uuid}`, headers, body }).then(
      ({ status }) => (status === 503 ? undefined : status),
      () => undefined,
    );
  }
}

/** Several clients that write to one node as fast as it answers, and remember what it acknowledged. */
export class WriteLoad {
  #stopped = false;
  readonly #writers: readonly Writer[];
  #running: Promise<unknown> = Promise.resolve();
  #checkedCreations = 0;

  constructor(
    readonly node: TestNode,
    clients: number,
  ) {
    this.#writers = Array.from({ length: clients }, () => new Writer(node, () => this.#stopped));
  }

  start(): void {
    this.#stopped = false;
    this.#running = Promise.all(this.#writers.map((writer) => writer.run()));
    this.#running.catch(() => undefined);
  }

  /** Resolves when no write is under way any more. Rejects when one was answered with what it must not be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** How many writes were acknowledged. */
  get acknowledged(): number {
    return this.#writers.reduce((sum, { acknowledged, created }) => sum + acknowledged + created.length, 0);
  }

  /** What `holder` lacks of what was acknowledged: of creations, those since the last look, or all. */
  async missingOn(holder: TestNode, creations: "new" | "all" = "new"): Promise<string[]> {
    const missing: string[] = [];
    for (const { uuid, acknowledged } of this.#writers) {
      if (acknowledged === 0) continue;
      const stored = await numberOf(holder, uuid);
      if (stored === undefined || stored < acknowledged)
        missing.push(`${uuid}: ${acknowledged} acknowledged, ${stored} stored`);
    }
    const created = this.#writers.flatMap((writer) => writer.created);
    const first = creations === "all" ? 0 : this.#checkedCreations;
    for (const uuid of created.slice(first)) {
      if ((await numberOf(holder, uuid)) === undefined) missing.push(`${uuid}: created, not stored`);
    }
    if (creations === "new") this.#checkedCreations = created.length;
    return missing;
  }
}

const numberOf = async ({ socketPath }: TestNode, uuid: string): Promise<number | undefined> => {
  const { status, body } = await fetchOnce({ socketPath, path: `/v1/entries/${uuid}` });
  if (status === 404) return undefined;
  return (JSON.parse(body) as { attributes: { number: number } }).attributes.number;
};
