import type { Replica } from "@concordat/replica";
import { entryToJson } from "../http/entry-json.js";
import type { Filter } from "../http/filter/filter.js";
import { filterPredicate } from "../http/filter/filter-predicate.js";

/** Lines are joined up to this length: a write per entry would cost more than the entry. */
const CHUNK_CHARACTERS = 64 * 1024;

/** The live entries of one moment that `filter` accepts as NDJSON, in the order of their uuids, whole lines a chunk. */
export async function* entryLines(replica: Replica, filter: Filter | undefined): AsyncGenerator<Uint8Array> {
  const accepts = filter ? filterPredicate(filter) : () => true;
  const encoder = new TextEncoder();
  let chunk = "";
  for await (const entry of replica.entries()) {
    if (!accepts(entry.attributes)) continue;
    chunk += `${JSON.stringify(entryToJson(entry))}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield encoder.encode(chunk);
    chunk = "";
  }
  if (chunk !== "") yield encoder.encode(chunk);
}
