import type { Replica } from "@concordat/replica";
import { filterParameter } from "../http/filter-parameter.js";
import { entryLines } from "../keep/entry-lines.js";

/** All live entries of one moment, or those that a filter accepts, as NDJSON, read no faster than they are taken. */
export const exportResponse = (replica: Replica, filter: string | undefined): Response =>
  new Response(ReadableStream.from(entryLines(replica, filter === undefined ? undefined : filterParameter(filter))), {
    headers: { "content-type": "application/x-ndjson" },
  });
