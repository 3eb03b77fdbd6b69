import type { CounterTotal, EntryState, ServerUuid, Uuid } from "@concordat/crdt";
import type { Operation, Store } from "@concordat/storage";
import type { Database } from "./database.js";
import { counterBaseKey, NUMBER_BYTES, readNumber, writeNumber } from "./key-space.js";

/**
 * What a commit that replaces `before` by `after` keeps of this server's own counter totals: each as it was when a partner last
 * agreed on this server's history. Should that history turn out to be one of two, this is where both counted on from.
 */
export const counterBaseOperations = (
  database: Database,
  uuid: Uuid,
  before: EntryState | undefined,
  after: EntryState | undefined,
): Operation[] => {
  const { serverUuid } = database;
  const operations: Operation[] = [];
  for (const [name, { counter }] of (after ?? before)?.attributes ?? []) {
    const total = counter?.totals.get(serverUuid);
    if (total === undefined) continue;
    if (after === undefined) operations.push({ key: counterBaseKey(uuid, name), value: undefined });
    const base = before?.attributes.get(name)?.counter?.totals.get(serverUuid);
    if (base && base.ts < total.ts && base.ts <= database.agreedMicros())
      operations.push({ key: counterBaseKey(uuid, name), value: baseBytes(base) });
  }
  return operations;
};

/** What this server had added to the counters of `entries` when a partner last agreed, by uuid and attribute. */
export const readCounterBases = async (
  store: Store,
  entries: readonly EntryState[],
  server: ServerUuid,
): Promise<(uuid: Uuid, attribute: string) => CounterTotal | undefined> => {
  const places = entries.flatMap(({ uuid, attributes }) =>
    [...attributes].filter(([, { counter }]) => counter?.totals.has(server)).map(([name]) => ({ uuid, name })),
  );
  const values = await store.getMany(places.map(({ uuid, name }) => counterBaseKey(uuid, name)));
  const bases = new Map<string, CounterTotal>();
  places.forEach(({ uuid, name }, index) => {
    const bytes = values[index];
    if (bytes) bases.set(`${uuid} ${name}`, baseOf(bytes));
  });
  return (uuid, attribute) => bases.get(`${uuid} ${attribute}`);
};

const baseBytes = ({ ts, increments, decrements }: CounterTotal): Uint8Array => {
  const bytes = new Uint8Array(3 * NUMBER_BYTES);
  [ts, increments, decrements].forEach((value, index) => {
    writeNumber(value, bytes, index * NUMBER_BYTES);
  });
  return bytes;
};

const baseOf = (bytes: Uint8Array): CounterTotal => ({
  ts: readNumber(bytes, 0),
  increments: readNumber(bytes, NUMBER_BYTES),
  decrements: readNumber(bytes, 2 * NUMBER_BYTES),
});
