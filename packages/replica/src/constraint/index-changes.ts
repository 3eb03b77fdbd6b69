import { type EntryState, elementBytes, type Uuid } from "@concordat/crdt";
import type { Operation, Store } from "@concordat/storage";
import type { ConstraintIndex } from "../database/database.js";
import { indexKey, memberKey, membersAfter, uuidOfMemberKey } from "../database/key-space.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { fitsRow, indexRow, isMany, uuidsOfIndexRow } from "./index-row.js";
import { type IndexedValue, indexedValues } from "./indexed-values.js";
import { valueNameOf } from "./value-name.js";

const PRESENT = new Uint8Array(0);

/** The entries that begin (true) or cease to show one value. */
interface ValueChange {
  readonly name: Uint8Array;
  readonly shows: Map<Uuid, boolean>;
}

/** What the entries of one commit begin and cease to show of indexed attributes, over the rows that are stored. */
export class IndexChanges {
  readonly #index: ConstraintIndex;
  readonly #changes = new Map<string, ValueChange>();

  constructor(index: ConstraintIndex) {
    this.#index = index;
  }

  /** `before`, as it is stored, is replaced by `after`. Each uuid once. */
  replace(uuid: Uuid, before: EntryState | undefined, after: EntryState | undefined): void {
    for (const attribute of this.#index.constraints.indexed) {
      // Most writes leave most attributes as they are, down to the object.
      const isSame = before?.attributes.get(attribute) === after?.attributes.get(attribute);
      if (isSame && before?.kind === after?.kind) continue;
      const [had, has] = [indexedValues(before, attribute), indexedValues(after, attribute)];
      for (const value of had) if (!has.has(value)) this.#note(attribute, value, uuid, false);
      for (const value of has) if (!had.has(value)) this.#note(attribute, value, uuid, true);
    }
  }

  /** The rows as the commit changes them. The caller has the writer's turn, from here to the commit. */
  async operations(store: Store): Promise<Operation[]> {
    const changes = [...this.#changes.values()];
    if (changes.length === 0) return [];
    const rows = await store.getMany(changes.map(({ name }) => indexKey(name)));
    const operations: Operation[] = [];
    for (const [at, change] of changes.entries()) {
      const row = rows[at];
      const changed = row && isMany(row) ? await amongMany(store, change) : amongFew(change, row);
      for (const operation of changed) operations.push(operation);
    }
    return operations;
  }

  #note(attribute: string, value: IndexedValue, uuid: Uuid, shows: boolean): void {
    const key = `${attribute.length} ${attribute}${value}`;
    let change = this.#changes.get(key);
    if (change === undefined) {
      const name = valueNameOf(attribute, elementBytes(value), this.#index.createHash);
      change = { name, shows: new Map() };
      this.#changes.set(key, change);
    }
    change.shows.set(uuid, shows);
  }
}

const amongFew = ({ name, shows }: ValueChange, row: Uint8Array | undefined): Operation[] => {
  const uuids = changedUuids(row ? uuidsOfIndexRow(row) : [], shows);
  const changed = { key: indexKey(name), value: uuids.length === 0 ? undefined : indexRow(uuids) };
  if (fitsRow(uuids.length)) return [changed];
  return [changed, ...uuids.map((uuid) => ({ key: memberKey(name, uuid), value: PRESENT }))];
};

/** Only when some cease does it matter how many there are: few enough to be in one row again, or not. */
const amongMany = async (store: Store, { name, shows }: ValueChange): Promise<Operation[]> => {
  const changed = [...shows].map(([uuid, one]) => ({ key: memberKey(name, uuid), value: one ? PRESENT : undefined }));
  if (changed.every(({ value }) => value)) return changed;
  const stored = await firstMembers(store, name, REPLICA_LIMITS.indexRowEntriesMax + shows.size + 1);
  const uuids = changedUuids(stored, shows);
  if (!fitsRow(uuids.length)) return changed;
  return [
    ...stored.map((uuid) => ({ key: memberKey(name, uuid), value: undefined })),
    { key: indexKey(name), value: uuids.length === 0 ? undefined : indexRow(uuids) },
  ];
};

const firstMembers = async (store: Store, name: Uint8Array, rowsMax: number): Promise<Uuid[]> => {
  const snapshot = await store.snapshot();
  try {
    const { rows } = await snapshot.scan(membersAfter(name, undefined), { rowsMax, bytesMax: Number.MAX_SAFE_INTEGER });
    return rows.map(({ key }) => uuidOfMemberKey(key));
  } finally {
    await snapshot.close();
  }
};

const changedUuids = (uuids: readonly Uuid[], shows: ReadonlyMap<Uuid, boolean>): Uuid[] => {
  const changed = new Set(uuids);
  for (const [uuid, one] of shows) {
    if (one) changed.add(uuid);
    else changed.delete(uuid);
  }
  return [...changed].sort();
};
