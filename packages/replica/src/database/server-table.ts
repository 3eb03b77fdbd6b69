import type { ServerUuid } from "@concordat/crdt";

/**
 * The servers that the change ids of stored records name by index. Only ever appended to, so that a record once
 * written stays readable.
 */
export class ServerTable {
  readonly #servers: ServerUuid[];
  readonly #indexes = new Map<ServerUuid, number>();

  constructor(servers: readonly ServerUuid[]) {
    this.#servers = [...servers];
    this.#servers.forEach((server, index) => {
      this.#indexes.set(server, index);
    });
  }

  get servers(): readonly ServerUuid[] {
    return this.#servers;
  }

  /** The index of `server`, which becomes the next one when it has none. */
  readonly indexOf = (server: ServerUuid): number => {
    const known = this.#indexes.get(server);
    if (known !== undefined) return known;
    this.#indexes.set(server, this.#servers.length);
    return this.#servers.push(server) - 1;
  };
}
