import type { Entry, Replica } from "@concordat/replica";
import { entryToJson } from "../http/entry-json.js";

/** Lines are joined up to this length: a write per entry would cost more than the entry. */
const CHUNK_CHARACTERS = 64 * 1024;

/** All live entries of one moment as NDJSON, in the order of their uuids, read no faster than they are taken. */
export const exportResponse = (replica: Replica): Response =>
  new Response(ReadableStream.from(ndjsonChunks(replica.entries())), {
    headers: { "content-type": "application/x-ndjson" },
  });

async function* ndjsonChunks(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let chunk = "";
  for await (const entry of entries) {
    chunk += `${JSON.stringify(entryToJson(entry))}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield encoder.encode(chunk);
    chunk = "";
  }
  if (chunk !== "") yield encoder.encode(chunk);
}
