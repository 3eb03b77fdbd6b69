import type { CounterTotal, EntryState, ServerUuid, Uuid } from "@concordat/crdt";
import type { Operation, Store } from "@concordat/storage";
import type { Database } from "./database.js";
import { counterBaseKey, NUMBER_BYTES, readNumber, writeNumber } from "./key-space.js";

/** A server's own total of a counter as no other history of it can have changed it: it stood from `total.ts` until `until`, or longer. */
export interface CounterBase {
  readonly total: CounterTotal;
  /** In microseconds: when a partner had last agreed on this server's history. */
  readonly until: number;
}

const NOTHING: CounterTotal = { ts: 0, increments: 0, decrements: 0 };

/** Bytes of the value of such a row. */
export const COUNTER_BASE_BYTES = 4 * NUMBER_BYTES;

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
  const until = database.agreedMicros();
  const operations: Operation[] = [];
  for (const [name, { counter }] of (after ?? before)?.attributes ?? []) {
    const newest = counter?.totals.get(serverUuid);
    if (newest === undefined) continue;
    if (after === undefined) operations.push({ key: counterBaseKey(uuid, name), value: undefined });
    const total = before?.attributes.get(name)?.counter?.totals.get(serverUuid) ?? NOTHING;
    if (total.ts < newest.ts && total.ts <= until)
      operations.push({ key: counterBaseKey(uuid, name), value: baseBytes({ total, until }) });
  }
  return operations;
};

/** What this server had added to the counters of `entries` when a partner last agreed, by uuid and attribute. */
export const readCounterBases = async (
  store: Store,
  entries: readonly EntryState[],
  server: ServerUuid,
): Promise<(uuid: Uuid, attribute: string) => CounterBase | undefined> => {
  const places = entries.flatMap(({ uuid, attributes }) =>
    [...attributes].filter(([, { counter }]) => counter?.totals.has(server)).map(([name]) => ({ uuid, name })),
  );
  const values = await store.getMany(places.map(({ uuid, name }) => counterBaseKey(uuid, name)));
  const bases = new Map<string, CounterBase>();
  places.forEach(({ uuid, name }, index) => {
    const bytes = values[index];
    if (bytes) bases.set(`${uuid} ${name}`, baseOf(bytes));
  });
  return (uuid, attribute) => bases.get(`${uuid} ${attribute}`);
};

const baseBytes = ({ total: { ts, increments, decrements }, until }: CounterBase): Uint8Array => {
  const bytes = new Uint8Array(COUNTER_BASE_BYTES);
  [ts, increments, decrements, until].forEach((value, index) => {
    writeNumber(value, bytes, index * NUMBER_BYTES);
  });
  return bytes;
};

const baseOf = (bytes: Uint8Array): CounterBase => ({
  total: {
    ts: readNumber(bytes, 0),
    increments: readNumber(bytes, NUMBER_BYTES),
    decrements: readNumber(bytes, 2 * NUMBER_BYTES),
  },
  until: readNumber(bytes, 3 * NUMBER_BYTES),
});
