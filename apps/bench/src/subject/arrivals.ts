import type { Replica } from "@concordat/replica";

/** An entry, and when it was asked to be written, or showed: by the monotonic clock, which all processes of a machine share. */
export interface Arrival {
  readonly uuid: string;
  readonly atMs: number;
}

/** Notes when entries show. */
export class Arrivals {
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Map<string, (atMs: number) => void>();

  follow(replica: Replica): void {
    void this.#note(replica);
  }

  /** When the entry has shown, or shows. */
  of(uuid: string): Promise<number> {
    const seen = this.#seen.get(uuid);
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve) => this.#waiting.set(uuid, resolve));
  }

  async #note(replica: Replica): Promise<void> {
    for await (const { kind, uuid } of replica.changes()) {
      if (kind !== "put") continue;
      const atMs = machineMs();
      this.#seen.set(uuid, atMs);
      this.#waiting.get(uuid)?.(atMs);
      this.#waiting.delete(uuid);
    }
  }
}

export const writeOne = async (replica: Replica): Promise<Arrival> => {
  const atMs = machineMs();
  return { uuid: await replica.create({ at: Date.now() }), atMs };
};

const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
