import type { Operation } from "@concordat/storage";
import { byteaArrayParameter } from "./bytea.js";
import type { Parameter, Statement } from "./connection.js";
import { entryDeletes, entryPuts } from "./entry-table.js";
import type { PlaceNames } from "./place.js";
import { FENCE } from "./writer.js";

/** Puts and deletes in one statement, which is one transaction: a round trip, and one wait for the disk. */
export const commitStatement = (names: PlaceNames, id: number, withEntries: boolean): Statement => ({
  name: `commit_${id}${withEntries ? "_entries" : ""}`,
  text: `WITH fence AS (${FENCE(names)} RETURNING 1),
    deleted AS (
      DELETE FROM ${names.rows(id)} AS r USING fence, unnest($3::bytea[]) AS d(key) WHERE r.key = d.key),
    put AS (
      INSERT INTO ${names.rows(id)} (key, value)
      SELECT p.key, p.value FROM fence, unnest($4::bytea[], $5::bytea[]) AS p(key, value)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value)${withEntries ? entryTables(names.entries(id)) : ""}
    SELECT count(*) FROM fence`,
});

const entryTables = (table: string): string => `,
    entries_deleted AS (${entryDeletes(table, "fence, ", 6)}),
    entries_put AS (${entryPuts(table, "fence, ", 7)})`;

/** Of several operations on one key the last counts: a statement may touch a row once. In the order of the keys, as the index is. */
export const commitParameters = (operations: Iterable<Operation>): Parameter[] => {
  const last = new Map<string, Operation>();
  for (const operation of operations) last.set(textOf(operation.key), operation);
  const sorted = [...last].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, operation]) => operation);
  const puts = sorted.filter(isPut);
  return [
    byteaArrayParameter(sorted.filter((operation) => !isPut(operation)).map(({ key }) => key)),
    byteaArrayParameter(puts.map(({ key }) => key)),
    byteaArrayParameter(puts.map(({ value }) => value)),
  ];
};

const isPut = (operation: Operation): operation is Operation & { readonly value: Uint8Array } =>
  operation.value !== undefined;

/** One character a byte: equal, and in order, exactly as the bytes. */
const textOf = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
