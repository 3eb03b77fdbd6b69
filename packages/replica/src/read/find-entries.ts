import { UUID_BYTES, type Uuid, uuidFromBytes } from "@concordat/crdt";
import type { Snapshot } from "@concordat/storage";
import { masksAnything } from "../constraint/constraints.js";
import { isMany } from "../constraint/index-row.js";
import { encodeIndexed, showsValue } from "../constraint/indexed-values.js";
import type { RowSource } from "../constraint/unique-index.js";
import { valueNameOf } from "../constraint/value-name.js";
import type { Database } from "../database/database.js";
import { entryKeyOfBytes, indexKey, membersAfter, uuidBytesOfMemberKey } from "../database/key-space.js";
import { stateOf } from "../database/stored-state.js";
import type { Entry } from "../entry.js";
import type { EntryPage, FindOptions } from "../replica.js";
import { ReplicaError } from "../replica-error.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { EntryPageBuilder } from "./entry-page-builder.js";
import { viewsOf } from "./entry-reader.js";
import { entryView } from "./entry-view.js";

/** Entries read at once, though the page may end among them. */
const READ_TOGETHER = 64;

/**
 * A page of the live entries that show `value`, in the order of their uuids. The index gives candidates, of the merged states;
 * the view of each decides, since a constraint may hide what it is found by, and a commit may come between two reads.
 * docs/decisions/0012-candidates-from-the-index.md.
 */
export const findEntries = async (database: Database, options: FindOptions): Promise<EntryPage> => {
  const { store } = database;
  const name = nameOf(database, options);
  const page = new EntryPageBuilder(options.limit, decisionOf(options));
  const [row] = await store.getMany([indexKey(name)]);
  if (row === undefined) return page.page(undefined);
  if (isMany(row)) return findAmongMany(database, options, page, name);
  return addFew(database, store, options, page, row);
};

/** Where rows are gone through, they are of one moment; what one row said may be over by then. */
const findAmongMany = async (
  database: Database,
  options: FindOptions,
  page: EntryPageBuilder,
  name: Uint8Array,
): Promise<EntryPage> => {
  const snapshot = await database.store.snapshot();
  try {
    const [row] = await snapshot.getMany([indexKey(name)]);
    if (row === undefined) return page.page(undefined);
    if (isMany(row)) return await addMany(database, snapshot, options, page, name);
    return await addFew(database, snapshot, options, page, row);
  } finally {
    await snapshot.close();
  }
};

const addFew = async (
  database: Database,
  source: RowSource,
  { after }: FindOptions,
  page: EntryPageBuilder,
  row: Uint8Array,
): Promise<EntryPage> => {
  let start = 0;
  while (after !== undefined && start < row.length && uuidFromBytes<Uuid>(row, start) <= after) start += UUID_BYTES;
  while (start < row.length) {
    const uuids: Uint8Array[] = [];
    for (; start < row.length && uuids.length < page.room; start += UUID_BYTES)
      uuids.push(row.subarray(start, start + UUID_BYTES));
    const last = page.offerAll(await viewsAt(database, source, uuids));
    if (last !== undefined) return page.page(uuidFromBytes<Uuid>(uuids[last] as Uint8Array));
  }
  return page.page(undefined);
};

const addMany = async (
  database: Database,
  snapshot: Snapshot,
  { after }: FindOptions,
  page: EntryPageBuilder,
  name: Uint8Array,
): Promise<EntryPage> => {
  let from = after;
  for (;;) {
    const limits = { rowsMax: Math.min(page.room, READ_TOGETHER), bytesMax: REPLICA_LIMITS.pageBytesMax };
    const { rows, more } = await snapshot.scan(membersAfter(name, from), limits);
    const uuids = rows.map(({ key }) => uuidBytesOfMemberKey(key));
    const last = page.offerAll(await viewsAt(database, snapshot, uuids));
    if (last !== undefined) return page.page(uuidFromBytes<Uuid>(uuids[last] as Uint8Array));
    const reached = uuids.at(-1);
    if (!more || reached === undefined) return page.page(undefined);
    from = uuidFromBytes<Uuid>(reached);
  }
};

/** The entries of `uuids` as readers see them, in their order, in one read; two more where a constraint may hide something. */
const viewsAt = async (
  database: Database,
  source: RowSource,
  uuids: readonly Uint8Array[],
): Promise<(Entry | undefined)[]> => {
  const values = await source.getMany(uuids.map(entryKeyOfBytes));
  const states = values.map((value) => value && stateOf(database, value));
  const { constraints } = database.index;
  if (masksAnything(constraints)) return viewsOf(database, source, states);
  return states.map((state) => (state?.kind === "live" ? entryView(state, constraints.kinds) : undefined));
};

const decisionOf = ({ attribute, value, filter }: FindOptions): ((entry: Entry) => boolean) => {
  return (entry) => {
    const { attributes } = entry;
    const shown = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
    return shown !== undefined && showsValue(shown, value) && (filter === undefined || filter(entry));
  };
};

const nameOf = ({ index }: Database, { attribute, value }: FindOptions): Uint8Array => {
  if (!index.constraints.indexed.includes(attribute))
    throw notIndexed(
      attribute,
      "give it `index: true` in the schema, or go through all entries by `list` with a filter",
    );
  if (index.rows !== "whole")
    throw notIndexed(
      attribute,
      "its rows could not be made when the schema was set: they are made as soon as the storage takes them",
    );
  try {
    return valueNameOf(attribute, encodeIndexed(value), index.createHash);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReplicaError("invalid_change", `attribute ${JSON.stringify(attribute)}: ${reason}`, { cause });
  }
};

const notIndexed = (attribute: string, remedy: string): ReplicaError =>
  new ReplicaError("not_indexed", `attribute ${JSON.stringify(attribute)} is not indexed: ${remedy}`);
