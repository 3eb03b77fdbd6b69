import type { Uuid } from "@concordat/crdt";
import type { Replica } from "@concordat/replica";
import { entryToJson } from "./entry-json.js";
import { entryPages } from "./entry-pages.js";
import type { Filter } from "./filter/filter.js";
import { encodeListCursor } from "./list-cursor.js";

export interface ListPageOptions {
  readonly after: Uuid | undefined;
  readonly limit: number;
  readonly filter: Filter | undefined;
}

/** Entries read at first, before their size is known. */
const FIRST_READ = 16;

/**
 * A page of a listing as JSON text: `{ entries, next? }`. It ends early once it holds `charactersMax`, so that its
 * memory follows the bytes and not the number of entries: it reads a few, then as many as their mean size allows.
 */
export const listPage = async (
  replica: Replica,
  { after, limit, filter }: ListPageOptions,
  charactersMax: number,
): Promise<string> => {
  const read = entryPages(replica, filter);
  const texts: string[] = [];
  let characters = 0;
  let next: Uuid | undefined = after;
  let reads = FIRST_READ;
  do {
    const page = await read({
      limit: Math.min(reads, limit - texts.length),
      ...(next !== undefined && { after: next }),
    });
    for (const entry of page.entries) {
      const text = JSON.stringify(entryToJson(entry));
      characters += text.length;
      texts.push(text);
    }
    next = page.next;
    // A filter that accepts little ends its page early: the client decides whether to go on.
    if (page.entries.length === 0) break;
    reads = Math.max(1, Math.floor((charactersMax - characters) / (characters / texts.length)));
  } while (next !== undefined && texts.length < limit && characters < charactersMax);
  const tail = next === undefined ? "" : `,"next":"${encodeListCursor(next)}"`;
  return `{"entries":[${texts.join(",")}]${tail}}`;
};
