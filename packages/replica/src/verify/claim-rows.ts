import { type EntryState, sameBytes } from "@concordat/crdt";
import type { Row } from "@concordat/storage";
import { CLAIM_KEY_BYTES, claimKeyBytes, claimKeyOfBytes, claimsOf } from "../constraint/claims.js";
import { fingerprintOf, hasIndex } from "../constraint/constraints.js";
import { CLAIM_BYTES, claimsOfRow, claimsRow } from "../constraint/unique-index.js";
import { ALL_CLAIMS, ALL_CONTESTED, contestedKey, uniqueKey } from "../database/key-space.js";
import { readConstraintsFingerprint } from "../database/meta.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { type RowsContext, withStates } from "./derived-rows.js";

/** Whether the rows of unique values name exactly those entries that claim them, and which of the values several claim. */
export class ClaimRows {
  readonly #context: RowsContext;
  /** How many claims are named that are made. */
  #rightful = 0;

  constructor(context: RowsContext) {
    this.#context = context;
  }

  /** What `states` claim, in one read. Each entry of the database is to be here once. */
  async checkEntries(states: readonly EntryState[]): Promise<void> {
    const { report, snapshot } = this.#context;
    const claims = states.flatMap((state) => [...this.#claimsOf(state)]);
    if (claims.length === 0) return;
    const stored = await snapshot.getMany(claims.map(([key]) => uniqueKey(claimKeyBytes(key))));
    for (const [at, [, { uuid, attribute, changeId }]] of claims.entries()) {
      const found = claimsOfRow(wholeRow(stored[at])).get(uuid)?.changeId;
      const name = JSON.stringify(attribute);
      if (found === undefined) report(`entry ${uuid} claims a value of ${name}, which no unique row says`);
      else this.#rightful += 1;
      if (found && (found.ts !== changeId.ts || found.server !== changeId.server))
        report(`entry ${uuid} claims a value of ${name} by another change than its unique row says`);
    }
  }

  /** All rows, once every entry was looked at. */
  async checkRows(): Promise<void> {
    const { index, report, snapshot } = this.#context;
    const expected = hasIndex(index.constraints) ? fingerprintOf(index.constraints) : undefined;
    if ((await readConstraintsFingerprint(snapshot)) !== expected)
      report("the rows of constraints are not whole, or follow from another schema than the one in force");
    if ((await this.#countClaims()) > this.#rightful) await this.#nameSurplus();
    await this.#checkContested();
  }

  /** Of all unique rows; those that several claim are to be named as contested. */
  async #countClaims(): Promise<number> {
    const { report, snapshot } = this.#context;
    let count = 0;
    for await (const rows of pagesOf(snapshot, ALL_CLAIMS)) {
      const whole = rows.filter((row) => this.#isWhole(row));
      const contested = await snapshot.getMany(whole.map(({ key }) => contestedKey(key.subarray(1))));
      for (const [at, { value }] of whole.entries()) {
        const { size } = claimsOfRow(value);
        count += size;
        if (size > 1 && contested[at] === undefined) report(`a value that ${size} entries claim has no contested row`);
      }
    }
    return count;
  }

  async #nameSurplus(): Promise<void> {
    const { report, snapshot } = this.#context;
    for await (const rows of pagesOf(snapshot, ALL_CLAIMS)) {
      const named = rows.flatMap(({ key, value }) =>
        [...claimsOfRow(wholeRow(value)).keys()].map((uuid) => ({ key: claimKeyOfBytes(key.subarray(1)), uuid })),
      );
      for await (const [{ key, uuid }, state] of withStates(this.#context, named, (one) => one.uuid)) {
        if (!this.#claimsOf(state).has(key))
          report(`a unique row names entry ${uuid}, which does not claim that value`);
      }
    }
  }

  async #checkContested(): Promise<void> {
    const { report, snapshot } = this.#context;
    for await (const rows of pagesOf(snapshot, ALL_CONTESTED)) {
      const claims = await snapshot.getMany(rows.map(({ key }) => uniqueKey(key.subarray(1))));
      for (const [at, { value }] of rows.entries()) {
        const { size } = claimsOfRow(wholeRow(claims[at]));
        if (size < 2) report(`a contested row is of a value that ${size} entries claim`);
        if (value.length > 0) report(`a contested row has a value of ${value.length} bytes, where none belongs`);
      }
    }
  }

  #claimsOf(state: EntryState | undefined): ReturnType<typeof claimsOf> {
    const { constraints, createHash } = this.#context.index;
    return claimsOf(state, constraints.unique, createHash);
  }

  #isWhole({ key, value }: Row): boolean {
    if (key.length === 1 + CLAIM_KEY_BYTES && wholeRow(value)) return true;
    this.#context.report(`a unique row with a key of ${key.length} bytes and a value of ${value.length} is none`);
    return false;
  }
}

/** `undefined` for a row that does not name claims, each once and in their order. */
const wholeRow = (row: Uint8Array | undefined): Uint8Array | undefined => {
  if (row === undefined || row.length === 0 || row.length % CLAIM_BYTES !== 0) return undefined;
  return sameBytes(claimsRow(claimsOfRow(row)), row) ? row : undefined;
};
