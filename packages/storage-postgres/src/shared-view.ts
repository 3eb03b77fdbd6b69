import type { Connection } from "./connection.js";
import type { ConnectionPool } from "./connection-pool.js";

/** One read transaction, which shows one moment, for all snapshots of that moment. The last one ends it. */
export class SharedView {
  #users = 1;

  private constructor(
    private readonly pool: ConnectionPool,
    readonly connection: Connection,
    /** How many commits of the store were settled before it was taken. */
    readonly settled: number,
  ) {}

  /** Waits for a session of the pool when all hold other moments. */
  static async open(pool: ConnectionPool, settledNow: () => number): Promise<SharedView> {
    let settled = 0;
    const connection = await pool.takeFor(async (session) => {
      settled = settledNow();
      // The moment is that of the first statement inside, not of BEGIN.
      await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
    });
    return new SharedView(pool, connection, settled);
  }

  get isUsable(): boolean {
    return this.#users > 0 && !this.connection.isLost;
  }

  share(): this {
    this.#users += 1;
    return this;
  }

  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    await this.connection.run("COMMIT").catch(() => {});
    this.pool.give(this.connection);
  }
}
