import { type RuvRow, UUID_BYTES } from "@concordat/crdt";
import type { KeyRange, Row, Snapshot } from "@concordat/storage";
import { COUNTER_BASE_BYTES } from "../database/counter-base.js";
import { ownCommitOf } from "../database/history-rows.js";
import {
  ALL_AGREED,
  ALL_COMMITS,
  ALL_COUNTER_BASES,
  ALL_WITHDRAWN,
  historyBefore,
  historySinceKey,
  NUMBER_BYTES,
  SPACES,
} from "../database/key-space.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { pagesOf } from "../database/snapshot-reads.js";

export interface OtherRowsContext {
  readonly snapshot: Snapshot;
  readonly report: (problem: string) => void;
}

/** Rows of one size; of the counters' the keys end with a name. */
const SHAPES = [
  { name: "agreed", range: ALL_AGREED, keyBytes: 1 + UUID_BYTES, valueBytes: NUMBER_BYTES },
  { name: "withdrawn", range: ALL_WITHDRAWN, keyBytes: 1 + UUID_BYTES, valueBytes: NUMBER_BYTES },
  { name: "commit", range: ALL_COMMITS, keyBytes: 1 + NUMBER_BYTES, valueBytes: COMMIT_NAME_BYTES },
  { name: "counter", range: ALL_COUNTER_BASES, keyBytes: undefined, valueBytes: COUNTER_BASE_BYTES },
] as const;

const HISTORY_VALUE_BYTES = 2 * NUMBER_BYTES;

/** Rows that follow from nothing else: whether they can be read at all, and whether there are any that nobody writes. */
export class OtherRows {
  readonly #context: OtherRowsContext;

  constructor(context: OtherRowsContext) {
    this.#context = context;
  }

  async checkRows(): Promise<void> {
    for (const shape of SHAPES) {
      for await (const rows of pagesOf(this.#context.snapshot, shape.range))
        for (const row of rows) this.#check(row, shape);
    }
    await this.#checkUnknown();
  }

  /** The commits of this server's own that are remembered: the newest of them is at, or before, the end of `own`. */
  async checkHistory(serverIndex: number, own: RuvRow | undefined): Promise<void> {
    const { report, snapshot } = this.#context;
    const range = { ...historyBefore(serverIndex, Number.MAX_SAFE_INTEGER), reverse: true };
    const [newest] = (await snapshot.scan(range, { rowsMax: 1, bytesMax: 1_024 })).rows;
    if (newest === undefined) return;
    if (newest.value.length !== HISTORY_VALUE_BYTES) return report(`a history row has ${newest.value.length} bytes`);
    const { at, hash } = ownCommitOf(newest.key, newest.value).lineage;
    if (at > (own?.lineage.at ?? 0)) report(`a commit of this server at ${at} is remembered, its lineage ends before`);
    if (own && at === own.lineage.at && hash !== own.lineage.hash)
      report(`this server's commit at ${at} is remembered with another lineage than its row has`);
    const [since] = await snapshot.getMany([historySinceKey(serverIndex)]);
    if (since && since.length !== NUMBER_BYTES) report("the row that says since when commits are remembered is none");
  }

  #check({ key, value }: Row, { name, keyBytes, valueBytes }: (typeof SHAPES)[number]): void {
    const isKey = keyBytes === undefined ? key.length > 1 + UUID_BYTES : key.length === keyBytes;
    if (isKey && value.length === valueBytes) return;
    this.#context.report(`a ${name} row with a key of ${key.length} bytes and a value of ${value.length} is none`);
  }

  async #checkUnknown(): Promise<void> {
    const { report, snapshot } = this.#context;
    for (const range of unknownRanges()) {
      const [row] = (await snapshot.scan(range, { rowsMax: 1, bytesMax: 1_024 })).rows;
      if (row) report(`there is a row that no space of keys has: it begins with the byte ${row.key[0]}`);
    }
  }
}

/** What lies between the spaces of keys. */
const unknownRanges = (): KeyRange[] => {
  const known = [...SPACES].sort((a, b) => a - b);
  const starts = [0, ...known.map((byte) => byte + 1)];
  return starts.map((start, index) => {
    const end = known[index];
    return { from: Uint8Array.of(start), ...(end !== undefined && { to: Uint8Array.of(end) }) };
  });
};
