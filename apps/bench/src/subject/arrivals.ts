import type { Replica } from "@concordat/replica";

/** An entry, and when it was asked to be written, or showed: by the monotonic clock, which all processes of a machine share. */
export interface Arrival {
  readonly uuid: string;
  readonly atMs: number;
}

/** Notes when entries show. */
export class Arrivals {
  readonly seen: Arrival[] = [];

  follow(replica: Replica): void {
    void this.#note(replica);
  }

  async #note(replica: Replica): Promise<void> {
    for await (const { kind, uuid } of replica.changes())
      if (kind === "put") this.seen.push({ uuid, atMs: machineMs() });
  }
}

export const writeOne = async (replica: Replica): Promise<Arrival> => {
  const atMs = machineMs();
  return { uuid: await replica.create({ at: Date.now() }), atMs };
};

const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
