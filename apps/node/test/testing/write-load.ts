import { fetchOnce } from "./http.js";
import type { TestNode } from "./node.js";

interface Write {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Writes entries, one after the other, until it is told to stop. */
export class WriteLoad {
  /** The uuids of the entries whose writes were acknowledged. */
  readonly acknowledged: string[] = [];
  /** Writes that were answered with anything else, and why. */
  readonly refused: string[] = [];
  readonly #writes: Write[] = [];
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

  /**
   * The longest that a write was held here: beyond what the slowest write of `control` took at the same time, which a node
   * takes that has nothing to do with this one. What both wait for is the machine.
   */
  longestHoldMs(control: WriteLoad): number {
    return Math.max(...this.#writes.map((write) => durationMs(write) - control.#slowestDuring(write)));
  }

  #slowestDuring({ startedAtMs, endedAtMs }: Write): number {
    const during = this.#writes.filter((write) => write.startedAtMs < endedAtMs && write.endedAtMs > startedAtMs);
    return Math.max(0, ...during.map(durationMs));
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
      this.#writes.push({ startedAtMs, endedAtMs: performance.now() });
      if (status === 201) this.acknowledged.push((JSON.parse(body) as { uuid: string }).uuid);
      else this.refused.push(body);
    }
  }
}

const durationMs = ({ startedAtMs, endedAtMs }: Write): number => endedAtMs - startedAtMs;
