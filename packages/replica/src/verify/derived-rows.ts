import { type EntryState, sameBytes, UUID_BYTES, type Uuid } from "@concordat/crdt";
import type { KeyRange, Snapshot } from "@concordat/storage";
import { constraintOperations } from "../constraint/constraint-rows.js";
import type { ConstraintIndex } from "../database/database.js";
import { derivedOperations } from "../database/derived-rows.js";
import {
  ALL_CONFLICTS,
  ALL_INVALID,
  ALL_PURGE_ROWS,
  ALL_REFERENCES,
  entryKey,
  NUMBER_BYTES,
  uuidOfConflictKey,
  uuidOfPurgeKey,
  uuidsOfReferenceKey,
} from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";

export interface RowsContext {
  readonly snapshot: Snapshot;
  /** What the rows of the snapshot are kept by. */
  readonly index: ConstraintIndex;
  /** The state in the value of an entry's row; `undefined` when it does not read, which is reported elsewhere. */
  readonly stateOf: (value: Uint8Array) => EntryState | undefined;
  readonly report: (problem: string) => void;
}

/** A key space whose rows each follow from one entry, and say nothing but that they are there. */
interface EntrySpace {
  readonly name: string;
  readonly range: KeyRange;
  readonly keyBytes: number;
  readonly uuidOf: (key: Uint8Array) => Uuid;
}

const SPACES: readonly EntrySpace[] = [
  { name: "purge", range: ALL_PURGE_ROWS, keyBytes: 1 + NUMBER_BYTES + UUID_BYTES, uuidOf: uuidOfPurgeKey },
  { name: "conflict", range: ALL_CONFLICTS, keyBytes: 1 + UUID_BYTES, uuidOf: uuidOfConflictKey },
  { name: "invalid", range: ALL_INVALID, keyBytes: 1 + UUID_BYTES, uuidOf: uuidOfConflictKey },
  {
    name: "reference",
    range: ALL_REFERENCES,
    keyBytes: 1 + 2 * UUID_BYTES,
    uuidOf: (key) => uuidsOfReferenceKey(key).referrer,
  },
];

/**
 * Whether the rows that follow from an entry, and what the schema says of it, are there, and no others. Each entry's rows
 * are looked up; then all are counted, and looked at one by one only in a space that has too many.
 */
export class DerivedRows {
  readonly #context: RowsContext;
  /** How many rows of each space are there that have to be. */
  readonly #rightful = new Map<EntrySpace, number>();

  constructor(context: RowsContext) {
    this.#context = context;
  }

  /** The rows of `states`, in one read. Each entry of the database is to be here once. */
  async checkEntries(states: readonly EntryState[]): Promise<void> {
    const { index, report, snapshot } = this.#context;
    const rows = states.flatMap((state) => rowsOf(state, index).map((key) => ({ uuid: state.uuid, key })));
    const found = rows.length === 0 ? [] : await snapshot.getMany(rows.map(({ key }) => key));
    for (const [at, { uuid, key }] of rows.entries()) {
      const space = SPACES.find(({ range }) => range.from[0] === key[0]);
      if (space === undefined) continue;
      if (found[at] === undefined) report(`entry ${uuid} lacks its ${space.name} row`);
      else this.#rightful.set(space, (this.#rightful.get(space) ?? 0) + 1);
    }
  }

  /** All rows, once every entry was looked at. */
  async checkRows(): Promise<void> {
    for (const space of SPACES) if (await this.#hasSurplus(space)) await this.#nameSurplus(space);
  }

  async #hasSurplus(space: EntrySpace): Promise<boolean> {
    const { report, snapshot } = this.#context;
    let found = 0;
    for await (const rows of pagesOf(snapshot, space.range)) {
      found += rows.length;
      for (const { value } of rows)
        if (value.length > 0) report(`a ${space.name} row has a value of ${value.length} bytes, where none belongs`);
    }
    return found > (this.#rightful.get(space) ?? 0);
  }

  async #nameSurplus({ name, range, keyBytes, uuidOf }: EntrySpace): Promise<void> {
    const { index, report } = this.#context;
    for await (const rows of pagesOf(this.#context.snapshot, range)) {
      const keys = rows.map(({ key }) => key);
      const whole = keys.filter((key) => key.length === keyBytes);
      for (const key of keys)
        if (key.length !== keyBytes) report(`a ${name} row with a key of ${key.length} bytes is none`);
      for await (const [key, state] of withStates(this.#context, whole, uuidOf)) {
        if (state !== undefined && rowsOf(state, index).some((one) => sameBytes(one, key))) continue;
        report(`a ${name} row names entry ${uuidOf(key)}, from which it does not follow`);
      }
    }
  }
}

/** Entries read at once to see what is too much, which happens in a damaged database alone. */
const READ_TOGETHER = 16;

/** `items` with the states of the entries that they name; without those whose entries do not read. */
export async function* withStates<T>(
  { snapshot, stateOf }: Pick<RowsContext, "snapshot" | "stateOf">,
  items: readonly T[],
  uuidOf: (item: T) => Uuid,
): AsyncGenerator<readonly [T, EntryState | undefined]> {
  for (let start = 0; start < items.length; start += READ_TOGETHER) {
    const some = items.slice(start, start + READ_TOGETHER);
    const values = await snapshot.getMany(some.map((item) => entryKey(uuidOf(item))));
    for (const [at, item] of some.entries()) {
      const value = values[at];
      const state = value && stateOf(value);
      if (value === undefined || state !== undefined) yield [item, state];
    }
  }
}

/** The keys of all rows that follow from `state` alone. */
const rowsOf = (state: EntryState, { constraints }: ConstraintIndex): Uint8Array[] =>
  [
    ...derivedOperations(state.uuid, undefined, state),
    ...constraintOperations(constraints, state.uuid, undefined, state),
  ].map(({ key }) => key);
