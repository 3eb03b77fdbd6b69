import type { Operation, Store } from "@concordat/storage";

/** A row for the table of entries: what SQL sees of one. */
export type ProjectedEntry = LiveProjectedEntry | { readonly uuid: string; readonly isDeleted: true };

export interface LiveProjectedEntry {
  readonly uuid: string;
  readonly isDeleted?: false;
  /** An object of JSON. */
  readonly attributes: string;
  /** ISO 8601; PostgreSQL keeps microseconds. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

/**
 * What the store does not know: which of its rows are entries, and how they read. Asked once for each database that is opened,
 * with its reads; what it answers is called with the operations of each commit, in their order.
 */
export type EntryProjection = (store: Pick<Store, "snapshot">) => Promise<ProjectEntries>;
export type ProjectEntries = (operations: readonly Operation[]) => readonly ProjectedEntry[];

/** JSON as `jsonb` takes it: U+0000 and halves of surrogate pairs, which it has no room for, become U+FFFD. */
export const jsonbText = (json: string): string =>
  json.replace(/(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, (_, backslash?: string) => backslash ?? "\ufffd");
