import type { Connection, Parameter } from "./connection.js";
import type { ProjectEntries, ProjectedEntry } from "./entry-projection.js";
import type { PlaceNames } from "./place.js";
import { RowReader } from "./row-reader.js";

/** Deletes and puts of entries, after the common tables `source`; their parameters begin at `$first`. */
export const entryDeletes = (table: string, source: string, first: number): string =>
  `DELETE FROM ${table} AS e USING ${source}unnest($${first}::text[]) AS d(uuid) WHERE e.uuid = d.uuid::uuid`;

export const entryPuts = (table: string, source: string, first: number): string => {
  const arrays = [0, 1, 2, 3].map((at) => `$${first + at}::text[]`).join(", ");
  return `INSERT INTO ${table} (uuid, attributes, created_at, modified_at)
    SELECT p.uuid::uuid, p.attributes::jsonb, p.created_at::timestamptz, p.modified_at::timestamptz
    FROM ${source}unnest(${arrays}) AS p(uuid, attributes, created_at, modified_at)
    ON CONFLICT (uuid) DO UPDATE SET attributes = excluded.attributes, created_at = excluded.created_at,
      modified_at = excluded.modified_at`;
};

/** For `entryDeletes`, then for `entryPuts`. The last of several rows of one entry counts. */
export const entryParameters = (projected: readonly ProjectedEntry[]): readonly Parameter[] => {
  const last = [...new Map(projected.map((entry) => [entry.uuid, entry])).values()];
  const live = last.flatMap((entry) => (entry.isDeleted ? [] : [entry]));
  return [
    last.filter(({ isDeleted }) => isDeleted).map(({ uuid }) => uuid),
    live.map(({ uuid }) => uuid),
    live.map(({ attributes }) => attributes),
    live.map(({ createdAt }) => createdAt),
    live.map(({ modifiedAt }) => modifiedAt),
  ];
};

export const hasEntryTable = async (connection: Connection, names: PlaceNames, id: number): Promise<boolean> => {
  const [row] = await connection.rows<{ found: string | null }>("SELECT to_regclass($1) AS found", [names.entries(id)]);
  return typeof row?.found === "string";
};

const PAGE = { rowsMax: 2_000, bytesMax: 4 << 20 };

/** Makes the table of a database's entries, out of what the database holds already. Within a transaction. */
export const createEntryTable = async (
  connection: Connection,
  names: PlaceNames,
  id: number,
  project: ProjectEntries,
): Promise<void> => {
  const table = names.entries(id);
  await connection.run(`CREATE TABLE ${table} (uuid uuid PRIMARY KEY, attributes jsonb NOT NULL,
    created_at timestamptz NOT NULL, modified_at timestamptz NOT NULL)`);
  const reader = new RowReader(names.rows(id), id);
  let from = new Uint8Array(0);
  for (;;) {
    const { rows, more } = await reader.page(connection, { from }, PAGE);
    const [, ...puts] = entryParameters(project(rows));
    await connection.rows(entryPuts(table, "", 1), puts);
    const last = rows.at(-1);
    if (!more || last === undefined) return;
    from = Buffer.concat([last.key, new Uint8Array(1)]);
  }
};

/** Has the view `entries` show the database of this number. */
export const showEntries = (connection: Connection, names: PlaceNames, id: number): Promise<void> =>
  connection.run(`CREATE OR REPLACE VIEW ${names.entriesView} AS SELECT * FROM ${names.entries(id)}`);

/** What nobody keeps up to date any more goes, rather than mislead. */
export const dropEntryTable = async (connection: Connection, names: PlaceNames, id: number): Promise<void> => {
  await connection.run(`DROP VIEW IF EXISTS ${names.entriesView}`);
  await connection.run(`DROP TABLE IF EXISTS ${names.entries(id)}`);
};
