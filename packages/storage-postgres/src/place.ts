import { StorageError } from "@concordat/storage";
import { escapeIdentifier } from "pg";
import type { Connection } from "./connection.js";

/** What the tables are called, quoted. */
export interface PlaceNames {
  readonly schema: string;
  /** One row: the format, whose turn it is, how many commits there were, which database is current. */
  readonly place: string;
  /** The databases: name and number. */
  readonly databases: string;
  /** The rows of the database of this number. */
  readonly rows: (id: number) => string;
  /** Its entries as JSON, where they are kept, and the view of those of the current database. */
  readonly entries: (id: number) => string;
  readonly entriesView: string;
}

export const placeNames = (schema: string): PlaceNames => {
  const table = (name: string): string => `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  return {
    schema,
    place: table("place"),
    databases: table("databases"),
    rows: (id) => table(`rows_${id}`),
    entries: (id) => table(`entries_${id}`),
    entriesView: table("entries"),
  };
};

/** What the row of the place says. */
export interface PlaceState {
  /** Taken anew by everyone who opens the place: a commit under an older one is refused. */
  readonly epoch: string;
  /** Grows by one with each commit, so that one whose answer was lost can be told from one that never happened. */
  readonly commits: number;
  readonly current: string | undefined;
}

const FORMAT = 1;

/** Makes the schema and its tables where they are missing. Run under the lock. */
export const createPlace = async (connection: Connection, { schema, place, databases }: PlaceNames): Promise<void> => {
  const [found] = await connection.rows<{ oid: string }>("SELECT oid FROM pg_namespace WHERE nspname = $1", [schema]);
  // Asked for first: to create what exists takes a right on the database, too.
  if (found === undefined) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
  await connection.run(`CREATE TABLE IF NOT EXISTS ${place} (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    format integer NOT NULL, epoch bigint NOT NULL, commits bigint NOT NULL, current text)`);
  await connection.run(`CREATE TABLE IF NOT EXISTS ${databases} (
    name text COLLATE "C" PRIMARY KEY, id integer NOT NULL GENERATED ALWAYS AS IDENTITY)`);
  await connection.run(`INSERT INTO ${place} (format, epoch, commits) VALUES (${FORMAT}, 0, 0) ON CONFLICT DO NOTHING`);
};

interface PlaceRow {
  readonly format: string;
  readonly epoch: string;
  readonly commits: string;
  readonly current: string | null;
}

/**
 * Takes the next turn, so that nobody's commit passes who had the one before; from `epoch` only, where it is given: then
 * `undefined` says that somebody else has had a turn since.
 */
export const takeTurn = async (
  connection: Connection,
  { place, schema }: PlaceNames,
  epoch?: string,
): Promise<PlaceState | undefined> => {
  const [row] = await connection.rows<PlaceRow>(
    `UPDATE ${place} SET epoch = epoch + 1 WHERE $1::bigint IS NULL OR epoch = $1 RETURNING format, epoch, commits, current`,
    [epoch ?? null],
  );
  if (row === undefined) return undefined;
  if (Number(row.format) !== FORMAT) {
    throw new StorageError(
      "store_corrupt",
      `schema ${schema} has format ${row.format}, and this version reads ${FORMAT}: use the version that wrote it`,
    );
  }
  return { epoch: row.epoch, commits: Number(row.commits), current: row.current ?? undefined };
};
