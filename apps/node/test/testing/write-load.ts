import { fetchOnce } from "./http.js";
import type { TestNode } from "./node.js";

/** Writes entries, one after the other, until it is told to stop. */
export class WriteLoad {
  /** The uuids of the entries whose writes were acknowledged. */
  readonly acknowledged: string[] = [];
  /** Writes that were answered with anything else, and why. */
  readonly refused: string[] = [];
  longestMs = 0;
  readonly #running: Promise<void>;
  #isStopping = false;

  constructor(node: TestNode) {
    this.#running = this.#run(node);
    // Told by `stop`, also where a test ends before it comes to that.
    this.#running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #run({ socketPath }: TestNode): Promise<void> {
    for (let index = 0; !this.#isStopping; index += 1) {
      const startedAtMs = performance.now();
      const { status, body } = await fetchOnce({
        socketPath,
        method: "POST",
        path: "/v1/entries",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ attributes: { title: `under load ${index}` } }),
      });
      this.longestMs = Math.max(this.longestMs, performance.now() - startedAtMs);
      if (status === 201) this.acknowledged.push((JSON.parse(body) as { uuid: string }).uuid);
      else this.refused.push(body);
    }
  }
}
