import type { Uuid } from "@concordat/crdt";
import type { Database } from "../database/database.js";
import type { Entry } from "../entry.js";
import { readEntries } from "../read/entry-reader.js";

/** The live entries among `uuids`, a read for each page. */
export async function* entriesOf(database: Database, uuids: AsyncIterable<Uuid[]>): AsyncGenerator<Entry> {
  for await (const page of uuids) {
    for (const entry of await readEntries(database, page)) if (entry) yield entry;
  }
}
