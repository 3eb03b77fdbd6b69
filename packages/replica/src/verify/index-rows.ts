import { type EntryState, elementBytes, sameBytes, UUID_BYTES, type Uuid } from "@concordat/crdt";
import type { Row } from "@concordat/storage";
import { fitsRow, indexRow, isMany, uuidsOfIndexRow } from "../constraint/index-row.js";
import { indexedValues } from "../constraint/indexed-values.js";
import { valueNameOf } from "../constraint/value-name.js";
import {
  ALL_INDEX_ROWS,
  ALL_MEMBERS,
  indexKey,
  memberKey,
  membersAfter,
  uuidOfMemberKey,
  valueNameOfIndexKey,
  valueNameOfMemberKey,
} from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import { type RowsContext, withStates } from "./derived-rows.js";

/** One value that an entry shows of an indexed attribute. */
interface Shown {
  readonly uuid: Uuid;
  readonly attribute: string;
  readonly name: Uint8Array;
}

/** Whether the rows by which entries are found name exactly those that show the values, and as few in a row as fit. */
export class IndexRows {
  readonly #context: RowsContext;
  /** How many uuids in rows of few, and how many rows of members, are there that have to be. */
  #rightfulInRows = 0;
  #rightfulMembers = 0;

  constructor(context: RowsContext) {
    this.#context = context;
  }

  /** What `states` show, in two reads. Each entry of the database is to be here once. */
  async checkEntries(states: readonly EntryState[]): Promise<void> {
    const { report, snapshot } = this.#context;
    const shown = states.flatMap((state) => this.#shownBy(state));
    if (shown.length === 0) return;
    const rows = await snapshot.getMany(shown.map(({ name }) => indexKey(name)));
    const members = await snapshot.getMany(shown.map(({ name, uuid }) => memberKey(name, uuid)));
    for (const [at, { uuid, attribute }] of shown.entries()) {
      const row = rows[at];
      const isFound = row && (isMany(row) ? members[at] : uuidsOfIndexRow(row).includes(uuid));
      if (!isFound) report(`entry ${uuid} shows a value of ${JSON.stringify(attribute)}, which no index row says`);
      else if (isMany(row)) this.#rightfulMembers += 1;
      else this.#rightfulInRows += 1;
    }
  }

  /** All rows, once every entry was looked at. */
  async checkRows(): Promise<void> {
    if ((await this.#countInRows()) > this.#rightfulInRows) await this.#nameSurplusInRows();
    if ((await this.#countMembers()) > this.#rightfulMembers) await this.#nameSurplusMembers();
  }

  async #countInRows(): Promise<number> {
    let count = 0;
    for await (const rows of pagesOf(this.#context.snapshot, ALL_INDEX_ROWS)) {
      for (const row of rows) {
        if (isMany(row.value)) await this.#checkMany(row);
        else if (this.#isWhole(row)) count += uuidsOfIndexRow(row.value).length;
      }
    }
    return count;
  }

  async #checkMany({ key }: Row): Promise<void> {
    const { report, snapshot } = this.#context;
    const limits = { rowsMax: REPLICA_LIMITS.indexRowEntriesMax + 1, bytesMax: REPLICA_LIMITS.pageBytesMax };
    const { rows } = await snapshot.scan(membersAfter(valueNameOfIndexKey(key), undefined), limits);
    if (fitsRow(rows.length)) report(`an index row says that many show a value that ${rows.length} entries show`);
  }

  #isWhole({ value }: Row): boolean {
    const isList = value.length % UUID_BYTES === 0 && fitsRow(value.length / UUID_BYTES);
    if (isList && sameBytes(indexRow([...new Set(uuidsOfIndexRow(value))].sort()), value)) return true;
    this.#context.report(`an index row with a value of ${value.length} bytes is none`);
    return false;
  }

  async #nameSurplusInRows(): Promise<void> {
    for await (const rows of pagesOf(this.#context.snapshot, ALL_INDEX_ROWS)) {
      const named = rows
        .filter(({ value }) => value.length % UUID_BYTES === 0)
        .flatMap(({ key, value }) =>
          uuidsOfIndexRow(value).map((uuid) => ({ uuid, name: valueNameOfIndexKey(key), isRead: true })),
        );
      await this.#nameSurplus("an index row", named);
    }
  }

  async #countMembers(): Promise<number> {
    const { report, snapshot } = this.#context;
    let count = 0;
    for await (const rows of pagesOf(snapshot, ALL_MEMBERS)) {
      count += rows.length;
      for (const { value } of rows)
        if (value.length > 0) report(`a member row has a value of ${value.length} bytes, where none belongs`);
    }
    return count;
  }

  async #nameSurplusMembers(): Promise<void> {
    const { report, snapshot } = this.#context;
    for await (const rows of pagesOf(snapshot, ALL_MEMBERS)) {
      const whole = rows.filter(({ key }) => key.length > 1 + UUID_BYTES);
      for (const { key } of rows)
        if (key.length <= 1 + UUID_BYTES) report(`a member row with a key of ${key.length} bytes is none`);
      const indexRows = await snapshot.getMany(whole.map(({ key }) => indexKey(valueNameOfMemberKey(key))));
      const named = whole.map(({ key }, at) => {
        const row = indexRows[at];
        return { uuid: uuidOfMemberKey(key), name: valueNameOfMemberKey(key), isRead: row && isMany(row) };
      });
      await this.#nameSurplus("a member row", named);
    }
  }

  /** @param named what rows name; what a row that nobody reads names, does not belong there either. */
  async #nameSurplus(
    row: string,
    named: readonly { readonly uuid: Uuid; readonly name: Uint8Array; readonly isRead: boolean | undefined }[],
  ): Promise<void> {
    const { report } = this.#context;
    for await (const [{ uuid, name, isRead }, state] of withStates(this.#context, named, (one) => one.uuid)) {
      const isShown = state && this.#shownBy(state).some((shown) => sameBytes(shown.name, name));
      if (!isShown || !isRead) report(`${row} names entry ${uuid}, from which it does not follow`);
    }
  }

  #shownBy(state: EntryState): Shown[] {
    const { constraints, createHash } = this.#context.index;
    return constraints.indexed.flatMap((attribute) =>
      [...indexedValues(state, attribute)].map((value) => ({
        uuid: state.uuid,
        attribute,
        name: valueNameOf(attribute, elementBytes(value), createHash),
      })),
    );
  }
}
