import pg from "pg";
import { parseBytea } from "./bytea.js";

/** How a session has to be for what this package promises and expects. */
const SESSION = `
  SET synchronous_commit = on;
  SET default_transaction_isolation = 'read committed';
  SET default_transaction_read_only = off;
  SET idle_in_transaction_session_timeout = 0;
  SET statement_timeout = 0;
  SET client_min_messages = warning;
  SET bytea_output = hex;
  SET jit = off;
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off;
  SET plan_cache_mode = force_generic_plan`;
// The last lines: rows are found by their key, always. A plan made while a table was small must not outlive that.

const CONNECT_TIMEOUT_MS = 10_000;
const BYTEA = 17;

/** Numbers and text as they are written; bytes as bytes. */
const TYPES = { getTypeParser: (oid: number) => (oid === BYTEA ? parseBytea : (text: string) => text) };

export type Parameter = Buffer | string | number | null | readonly string[];

/** A statement that the server keeps prepared under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** One session. Its calls run one after the other. */
export class Connection {
  readonly #client: pg.Client;
  #lost: Error | undefined;
  /** Resolves when the session has ended, however. */
  readonly ended: Promise<void>;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.ended = new Promise((resolve) => {
      client.once("end", () => {
        this.#lost ??= new Error("the connection has ended");
        resolve();
      });
    });
    client.on("error", (error) => {
      this.#lost ??= error;
    });
  }

  /** Rejects with the driver's or the server's error. */
  static async open(url: string, purpose: string): Promise<Connection> {
    const client = new pg.Client({
      connectionString: url,
      application_name: `concordat ${purpose}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      types: TYPES as pg.CustomTypesConfig,
    });
    const connection = new Connection(client);
    try {
      await client.connect();
      await client.query(SESSION);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Whether the session is gone: what it was asked last may have happened or not. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  async run(text: string, values: readonly Parameter[] = []): Promise<void> {
    await this.#client.query(values.length === 0 ? { text } : { text, values: [...values] });
  }

  async rows<Row>(text: string, values: readonly Parameter[]): Promise<Row[]> {
    return (await this.#client.query({ text, values: [...values] })).rows as Row[];
  }

  /** Rows of a prepared statement, as arrays of its columns. */
  async columns<Columns extends readonly unknown[]>(
    { name, text }: Statement,
    values: readonly Parameter[],
  ): Promise<Columns[]> {
    const query = { name, text, values: [...values], rowMode: "array" as const };
    return (await this.#client.query(query)).rows as unknown as Columns[];
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }
}
