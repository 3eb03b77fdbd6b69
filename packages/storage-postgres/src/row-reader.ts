import {
  assertKeyLength,
  type KeyRange,
  keySuccessor,
  type Page,
  PageBuilder,
  type PageLimits,
} from "@concordat/storage";
import { byteaArrayParameter, byteaParameter } from "./bytea.js";
import type { Connection, Parameter, Statement } from "./connection.js";

/** As LMDB's, so that databases go from one store to the other; an index of the server takes keys of up to 2,700 bytes. */
export const KEY_BYTES_MAX = 1978;

/** Rows of one round trip: the server looks at so many, though the page may end before. */
const CHUNK_ROWS = 2_048;

/** The reads of one database: its table, and what the statements on it are called. */
export class RowReader {
  readonly #getMany: Statement;

  constructor(
    private readonly table: string,
    private readonly id: number,
  ) {
    this.#getMany = {
      name: `get_${id}`,
      text: `SELECT k.n, r.value FROM unnest($1::bytea[]) WITH ORDINALITY AS k(key, n) JOIN ${table} AS r USING (key)`,
    };
  }

  /** Keys for `getMany`, copied and checked. Throws `key_length`. */
  keysParameter(keys: readonly Uint8Array[]): Buffer {
    for (const key of keys) assertKeyLength(key, KEY_BYTES_MAX);
    return byteaArrayParameter(keys);
  }

  async getMany(connection: Connection, keys: Buffer, count: number): Promise<(Uint8Array | undefined)[]> {
    const values = new Array<Uint8Array | undefined>(count).fill(undefined);
    if (count === 0) return values;
    for (const [n, value] of await connection.columns<[string, Uint8Array]>(this.#getMany, [keys])) {
      values[Number(n) - 1] = value;
    }
    return values;
  }

  /** One page of `range`, whose bounds are the reader's own. */
  async page(connection: Connection, range: KeyRange, limits: PageLimits): Promise<Page> {
    const page = new PageBuilder(limits);
    let bytesLeft = limits.bytesMax;
    let rowsLeft = limits.rowsMax;
    let rest: KeyRange = range;
    for (;;) {
      // One more than fits tells whether there is more.
      const rowsMax = Math.min(Math.max(rowsLeft, 0) + 1, CHUNK_ROWS);
      const rows = await this.#chunk(connection, rest, rowsMax, Math.max(bytesLeft, 0));
      for (const [key, value] of rows) {
        if (!page.takes(key.length + value.length)) return page.page();
        page.add(key, value);
        bytesLeft -= key.length + value.length;
        rowsLeft -= 1;
      }
      const last = rows.at(-1)?.[0];
      // The server ends a chunk at the row that passes `bytesLeft`, which the page has then refused.
      if (last === undefined || rows.length < rowsMax) return page.page();
      rest = range.reverse ? { ...rest, to: last } : { ...rest, from: keySuccessor(last) };
    }
  }

  /** The first rows of `range` up to the one that passes `bytesMax`, and two at least: a page takes its first row anyway. */
  #chunk(
    connection: Connection,
    { from, to, reverse = false }: KeyRange,
    rowsMax: number,
    bytesMax: number,
  ): Promise<[Uint8Array, Uint8Array][]> {
    const direction = reverse ? "DESC" : "ASC";
    const bytes = "octet_length(key) + octet_length(value)";
    const statement = {
      name: `scan_${this.id}_${direction}_${to === undefined ? "open" : "closed"}`,
      text: `SELECT key, value FROM (
          SELECT key, value, row_number() OVER sorted AS n, sum(${bytes}) OVER sorted - (${bytes}) AS before
          FROM (SELECT key, value FROM ${this.table}
                WHERE key >= $1 ${to === undefined ? "" : "AND key < $4"} ORDER BY key ${direction} LIMIT $2::bigint) AS page
          WINDOW sorted AS (ORDER BY key ${direction})
        ) AS sized WHERE before <= $3::bigint OR n <= 2 ORDER BY key ${direction}`,
    };
    const parameters: Parameter[] = [byteaParameter(from), rowsMax, bytesMax];
    if (to !== undefined) parameters.push(byteaParameter(to));
    return connection.columns(statement, parameters);
  }
}
