import type { RuvRow, ServerUuid } from "@concordat/crdt";
import type { KeyRange, Row, Snapshot } from "@concordat/storage";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { ALL_RUV_ROWS, commitsFrom, numberOfKey } from "./key-space.js";
import { ruvRowOf } from "./rows.js";

/** All rows of `range`, a page at a time. */
export async function* pagesOf(snapshot: Snapshot, range: KeyRange): AsyncGenerator<readonly Row[]> {
  const limits = { rowsMax: REPLICA_LIMITS.pageRowsMax, bytesMax: REPLICA_LIMITS.pageBytesMax };
  let from = range.from;
  for (;;) {
    const { rows, more } = await snapshot.scan({ ...range, from }, limits);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!more || last === undefined) return;
    from = keyAfter(last.key);
  }
}

/** The rows of the vector, in the order of the server table. */
export const readRuvRows = async (snapshot: Snapshot): Promise<{ server: ServerUuid; row: RuvRow }[]> => {
  const all: { server: ServerUuid; row: RuvRow }[] = [];
  for await (const rows of pagesOf(snapshot, ALL_RUV_ROWS)) for (const { value } of rows) all.push(ruvRowOf(value));
  return all;
};

/** The name of the commit that reached `sequence`; `undefined` when there was none yet. */
export const commitAt = async (snapshot: Snapshot, sequence: number): Promise<Uint8Array | undefined> => {
  const { rows } = await snapshot.scan(commitsFrom(sequence), { rowsMax: 1, bytesMax: 1_024 });
  return rows[0] && numberOfKey(rows[0].key) >= sequence ? rows[0].value : undefined;
};

const keyAfter = (key: Uint8Array): Uint8Array => {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
};
