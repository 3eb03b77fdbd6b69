import { StorageError } from "@concordat/storage";
import { Connection, type Parameter, type Statement } from "./connection.js";
import { lockPlace } from "./lock.js";
import { endsSession, toStorageError } from "./medium-error.js";
import { createPlace, type PlaceNames, type PlaceState, takeTurn } from "./place.js";
import { whileAway } from "./while-away.js";

export interface WriterOptions {
  readonly url: string;
  readonly names: PlaceNames;
  /** How long to wait for the lock of a holder that is going. */
  readonly lockWaitMs: number;
  /** How long a commit waits for a server that went away. */
  readonly reconnectMs: number;
}

/** A session that holds the lock, and the place as it left it. */
interface Session {
  readonly connection: Connection;
  readonly epoch: string;
  commits: number;
}

/** A change that ends the session each time it is tried is at fault itself. */
const TRIES_MAX = 3;

/**
 * All that changes the place goes through here: one session, which holds the lock, one change after the other.
 *
 * Every change names the turn (`epoch`) and the number of the commit that it is, in the same statement or transaction: none
 * passes once somebody else has had a turn, lock or no lock. When the session is lost, a new one takes the lock, takes the
 * next turn only if the last one was ours, and tells by the number whether the change that was on its way had happened. So
 * a restart of the server costs a wait, and neither loses nor repeats a commit.
 */
export class Writer {
  #session: Session | undefined;
  #broken: StorageError | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly options: WriterOptions) {}

  /** Throws `storage_locked`, `store_io`, `store_corrupt`. */
  static async open(
    options: WriterOptions,
  ): Promise<{ readonly writer: Writer; readonly current: string | undefined }> {
    const writer = new Writer(options);
    const { names, lockWaitMs } = options;
    const connection = await Connection.open(options.url, "writer");
    try {
      await lockPlace(connection, names.schema, lockWaitMs);
      await createPlace(connection, names);
      const { current, ...turn } = (await takeTurn(connection, names)) as PlaceState;
      writer.#session = { connection, ...turn };
      return { writer, current };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Why nothing can be read or written until the storage is opened anew; `undefined` while all is well. */
  get broken(): StorageError | undefined {
    return this.#broken;
  }

  /**
   * Runs one statement that changes rows. Its first parameters are the turn and the number of the last commit, and its only
   * column tells whether they held: see `FENCE`.
   */
  commit(statement: Statement, values: readonly Parameter[]): Promise<void> {
    return this.#change(async ({ connection, epoch, commits }) => {
      const [row] = await connection.columns<[string]>(statement, [epoch, commits, ...values]);
      return row?.[0] === "1";
    });
  }

  /** Runs `work` as one transaction: what changes tables, or more than one statement can. */
  transact(work: (connection: Connection) => Promise<void>): Promise<void> {
    return this.#change(async ({ connection, epoch, commits }) => {
      await connection.run("BEGIN");
      try {
        const held = await connection.rows(`${FENCE(this.options.names)} RETURNING 1`, [epoch, commits]);
        if (held.length === 1) await work(connection);
        await connection.run(held.length === 1 ? "COMMIT" : "ROLLBACK");
        return held.length === 1;
      } catch (error) {
        await connection.run("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  }

  /** Gives the lock back. Waits for the change that runs. */
  async close(): Promise<void> {
    await this.#last;
    this.#broken ??= new StorageError("store_closed", "the storage is closed");
    await this.#session?.connection.close();
  }

  #change(attempt: (session: Session) => Promise<boolean>): Promise<void> {
    const changed = this.#last.then(() => this.#tryChange(attempt));
    this.#last = changed.catch(() => {});
    return changed;
  }

  async #tryChange(attempt: (session: Session) => Promise<boolean>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      if (this.#broken !== undefined) throw this.#broken;
      const session = await this.#liveSession();
      try {
        if (!(await attempt(session))) throw this.#fenced();
        session.commits += 1;
        return;
      } catch (error) {
        if (!session.connection.isLost && !endsSession(error)) throw error;
        if (error instanceof StorageError) throw error;
        if (await this.#hadHappened(session, error)) return;
        if (tries === TRIES_MAX) throw error;
      }
    }
  }

  /** After the session was lost in the middle of a change. Nobody knows what became of it until the place is asked. */
  async #hadHappened({ connection, commits }: Session, cause: unknown): Promise<boolean> {
    await connection.close();
    try {
      return (await this.#liveSession()).commits > commits;
    } catch (error) {
      this.#broken ??= new StorageError(
        "store_io",
        `the server went away in the middle of a commit, and did not come back: ${toStorageError(error, "cannot reconnect").message}`,
        { cause, isFinal: true },
      );
      throw this.#broken;
    }
  }

  /** The session, or another one where it was lost. Throws with nothing done when there is none to be had in time. */
  async #liveSession(): Promise<Session> {
    const session = this.#session;
    if (session === undefined) throw new StorageError("store_closed", "the storage is closed");
    if (!session.connection.isLost) return session;
    // The lock may be that of a session which the server has not given up yet: whatever it is, it may pass.
    const isFinal = (): boolean => this.#broken !== undefined;
    this.#session = await whileAway(this.options.reconnectMs, () => this.#reconnect(session), isFinal);
    return this.#session;
  }

  async #reconnect({ epoch, commits }: Session): Promise<Session> {
    const { url, names, lockWaitMs } = this.options;
    const connection = await Connection.open(url, "writer");
    try {
      await lockPlace(connection, names.schema, lockWaitMs);
      const turn = await takeTurn(connection, names, epoch);
      if (turn === undefined) throw this.#fenced();
      if (turn.commits < commits) throw this.#wentBack();
      return { connection, epoch: turn.epoch, commits: turn.commits };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** A standby took over that had not heard of everything, or a backup was put back. */
  #wentBack(): StorageError {
    this.#broken = new StorageError(
      "store_io",
      `the server has lost commits of schema ${this.options.names.schema} that it acknowledged: restart the node, which is told by its partners what it had`,
      { isFinal: true },
    );
    return this.#broken;
  }

  #fenced(): StorageError {
    this.#broken = new StorageError(
      "store_io",
      `another node has opened schema ${this.options.names.schema} since, and nothing was written: stop one of the two, and open the storage again`,
      { isFinal: true },
    );
    return this.#broken;
  }
}

/** Passes only in this turn, after that commit; `$1` and `$2`. Counts the commit. */
export const FENCE = ({ place }: PlaceNames): string =>
  `UPDATE ${place} SET commits = commits + 1 WHERE epoch = $1 AND commits = $2`;
