import { Connection } from "./connection.js";
import { whileAway } from "./while-away.js";

/** Sessions that are opened when they are needed, up to a number, and kept; who comes when all are taken waits for one. */
export class ConnectionPool {
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #isClosed = false;

  constructor(
    private readonly url: string,
    private readonly purpose: string,
    private readonly connectionsMax: number,
    private readonly reconnectMs: number,
  ) {}

  /** Reads with a session of the pool; again with another one when the server went away meanwhile. */
  run<T>(read: (connection: Connection) => Promise<T>): Promise<T> {
    return whileAway(this.reconnectMs, async () => {
      const connection = await this.#take();
      try {
        return await read(connection);
      } finally {
        this.give(connection);
      }
    });
  }

  /** As `run`, and the caller gives the session back. */
  takeFor(begin: (connection: Connection) => Promise<void>): Promise<Connection> {
    return whileAway(this.reconnectMs, async () => {
      const connection = await this.#take();
      try {
        await begin(connection);
        return connection;
      } catch (error) {
        this.give(connection);
        throw error;
      }
    });
  }

  async #take(): Promise<Connection> {
    while (this.#taken >= this.connectionsMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    try {
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (!idle.isLost) return idle;
      return await Connection.open(this.url, this.purpose);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  give(connection: Connection): void {
    if (this.#isClosed || connection.isLost) void connection.close();
    else this.#idle.push(connection);
    this.#release();
  }

  /** Those that are taken are closed when they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  #release(): void {
    this.#taken -= 1;
    this.#waiting.shift()?.();
  }
}
